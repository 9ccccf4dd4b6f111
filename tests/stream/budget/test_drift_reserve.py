"""A share of the income waits for a drift, and is then spent beside it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.records import Verdict
from tests.stream.budget.test_accounts import through_json


def issued(budget: Budget, texts: int, seed: int) -> int:
    rng = random.Random(seed)
    return sum(budget.decide(rng.random(), 0.0, 0).verdict is not Verdict.SKIP for _ in range(texts))


def test_a_drift_gets_more_requests_until_the_reserve_is_spent() -> None:
    budget = Budget(RULES["window_quantile"], "0.05", "0", drift_reserve="0.2")

    before = issued(budget, 4_000, seed=1)
    reserved = budget.reserved
    budget.drifted(now=7.0)
    after = issued(budget, 400, seed=2)

    assert reserved == 40  # a fifth of 200
    assert 155 <= before <= 160
    assert 48 <= after <= 56  # 20 less a fifth, and 40 at twice the pace
    assert budget.drifted_at == 7.0
    assert budget.reserved == pytest.approx(4)


def test_a_full_reserve_takes_nothing_more() -> None:
    budget = Budget(RULES["window_quantile"], "0.05", "0", carry=15, drift_reserve="0.5")
    issued(budget, 2_000, seed=1)

    assert budget.reserved == 15
    assert 48 <= issued(budget, 1_000, seed=2) <= 52


def test_without_a_reserve_a_drift_changes_nothing() -> None:
    budget, other = (Budget(RULES["window_quantile"], "0.05") for _ in range(2))
    issued(budget, 500, seed=1)
    issued(other, 500, seed=1)
    budget.drifted(1.0)

    assert issued(budget, 1_000, seed=3) == issued(other, 1_000, seed=3)


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(list(RULES)),
    st.sampled_from(["0.05", "0.3", "1"]),
    st.sampled_from(["0.1", "0.5", "1"]),
    st.sets(st.integers(0, 399), max_size=5),
    st.integers(0, 399),
)
def test_no_prefix_is_over_the_budget_whenever_it_drifts(
    rule: str, fraction: str, reserve: str, drifts: set[int], cut: int
) -> None:
    def new() -> Budget:
        return Budget(RULES[rule], fraction, "0.1", drift_reserve=reserve, carry=20)

    budget, twin, rng = new(), new(), random.Random(0)
    for text in range(400):
        if text == cut:
            saved, twin = through_json(twin.save()), new()
            twin.restore(saved)
        if text in drifts:
            budget.drifted(float(text))
            twin.drifted(float(text))
        utility = rng.random()
        assert twin.decide(utility, 0.0, 0) == budget.decide(utility, 0.0, 0)
        assert budget.asked <= budget.fraction * budget.seen
        assert budget.overdrawn == 0
    assert twin.drifted_at == budget.drifted_at
