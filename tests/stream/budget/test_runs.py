"""A run of texts is decided as each of them would be alone."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget import RULES
from stream.budget.accounts import Budget, Ruling
from stream.budget.base import BudgetRule
from stream.records import Verdict
from tests.stream.budget.test_accounts import SHARES, UTILITIES, Greedy


@settings(deadline=None)
@given(SHARES, SHARES, UTILITIES, st.sampled_from([*RULES.values(), Greedy]), st.integers(1, 20))
def test_a_run_is_decided_as_its_texts_are_one_by_one(
    fraction: Fraction, audit_share: Fraction, utilities: list[float], rule: type[BudgetRule], per_hour: int
) -> None:
    budget = Budget(rule, fraction, audit_share, burst=3, per_hour=per_hour, max_open=15)
    rulings: list[Ruling] = []
    while len(rulings) < len(utilities):
        run = budget.decide_run(utilities[len(rulings) :], len(rulings), len(rulings) // 9)
        assert all(ruling.verdict is Verdict.SKIP for ruling in run[:-1])
        rulings += run

    twin = Budget(rule, fraction, audit_share, burst=3, per_hour=per_hour, max_open=15)
    begins = 0
    for place, utility in enumerate(utilities):
        ruling = twin.decide(utility, begins, begins // 9)
        assert ruling == rulings[place]
        begins = begins if ruling.verdict is Verdict.SKIP else place + 1
