"""Unsafe variants of the production code -> each is noticed by the committed records alone."""

from __future__ import annotations

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.run import run

SEEDS = range(200)
"""The same that the safe code passes in `test_simulation`."""


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_an_unsafe_variant_is_caught(name: str) -> None:
    with MUTANTS[name].in_place() as production:
        caught = next((seed for seed in SEEDS if run(seed, production, memory=False).broken), None)

    assert caught is not None
