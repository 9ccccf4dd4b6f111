"""Unsafe variants of the production code -> each is noticed by the committed records alone."""

from __future__ import annotations

import numpy as np
import pytest

from services.edges.window_log import WindowLog
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.run import run

SEEDS = range(200)
"""The same that the safe code passes in `test_simulation`."""
NOTICED_LATE = {
    "trusts a clock that goes backwards": 78,
    "restores before it fences": 54,
    "learns what is not committed": 13,
    "positions after the transaction": 8,
    "random transactional ids": 3,
    "reuses the producer after an ambiguous commit": 3,
}
"""The first seed that notices each of these, so that it is tried before all others: a change elsewhere moves it."""


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_an_unsafe_variant_is_caught(name: str) -> None:
    with MUTANTS[name].in_place() as production:
        seeds = (NOTICED_LATE.get(name, 0), *SEEDS)
        caught = next((seed for seed in seeds if run(seed, production, memory=False).broken), None)

    assert caught is not None


@pytest.mark.slow
def test_a_memory_that_is_not_restored_whole_is_noticed() -> None:
    forgetful = Mutant(patches=((WindowLog, "restore", lambda *_: np.zeros((0, 0), np.float32)),))
    with forgetful.in_place() as production:
        assert any(run(seed, production).unsound for seed in SEEDS[:20])
