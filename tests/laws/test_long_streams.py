"""Law 3 beyond the first thousand texts, where blocks are long and are scored in pieces."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from stream import exact
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.learner import Learner
from stream.near_duplicates import OFF, NearDuplicates
from stream.records import Decision, Items
from stream.strategies import STRATEGIES
from tests.laws.worlds import LIMITED, new_learner

TEXTS, DRIFT_AT = 2_700, 1_300
_CLASSES, _DIMENSION = 6, 16


def items() -> Items:
    """Texts of a few classes, other ones from ``DRIFT_AT`` on; one text in thirty brings its label."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(_CLASSES, _DIMENSION))
    truth = [int(rng.integers(*((0, 4) if row < DRIFT_AT else (4, 6)))) for row in range(TEXTS)]
    origins = [f"cluster/topic/0/{row}" for row in range(TEXTS)]
    return Items(
        origins=origins,
        ids=origins,
        texts=[f"text {row}" for row in range(TEXTS)],
        embeddings=exact.unit(centres[truth] + rng.normal(0, 0.4, (TEXTS, _DIMENSION))),
        labels=[f"class {truth[row]}" if row % 30 == 7 else None for row in range(TEXTS)],
        sources=["chat" if row % 4 else "mail" for row in range(TEXTS)],
    )


def decided(strategy: str, cut: int) -> tuple[list[Decision], Learner]:
    """What a learner decides that is given so many texts at a time."""
    learner, stream, decisions = new_learner(replace(LIMITED, strategy=strategy)), items(), list[Decision]()
    budget = Budget(RULES["window_quantile"], "0.1", "0.2", max_open=1_000, drift_reserve="0.3")
    learner.parts = replace(learner.parts, budget=budget, near_duplicates=NearDuplicates(same=OFF, alike=OFF))
    for start in range(0, TEXTS, cut):
        rows = np.arange(start, min(TEXTS, start + cut))
        decisions += learner.observe(stream.take(rows), 0.0).decisions
    return decisions, learner


@cache
def whole(strategy: str) -> tuple[list[Decision], Learner]:
    return decided(strategy, TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("cut", [97, 1_001])
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_how_a_long_stream_is_cut_changes_no_decision(strategy: str, cut: int) -> None:
    assert decided(strategy, cut)[0] == whole(strategy)[0]


def test_the_long_stream_crosses_a_drift_whose_reserve_is_released() -> None:
    _, learner = whole("margin")
    assert any(alarm.texts > DRIFT_AT for alarm in learner.parts.signals.alarms)
    assert learner.parts.budget.drifted_at is not None
    assert learner.parts.budget.asked > 200
