"""The threshold is a quantile, lowered by what is unspent; equal utilities are asked about at the budget's rate."""

from __future__ import annotations

from itertools import pairwise

import pytest

from stream.budget.accounts import Budget
from stream.budget.balanced_incremental_quantile_filter import BalancedIncrementalQuantileFilter
from stream.records import Verdict


def filter_after(*utilities: float) -> BalancedIncrementalQuantileFilter:
    rule = BalancedIncrementalQuantileFilter(0.5, window=4, tolerance=10)
    for utility in utilities:
        rule.propose(utility, credit=0.0)
    return rule


def test_without_credit_it_asks_from_the_quantile_on() -> None:
    assert filter_after(0.2, 0.8, 0.4).propose(0.6, credit=0.0) == (1.0, 0.6)  # second highest of four
    assert filter_after(0.2, 0.8, 0.6).propose(0.4, credit=0.0) == (0.0, 0.6)


def test_credit_lowers_the_threshold_by_its_share_of_the_range() -> None:
    # Window 0.8 0.4 0.6 0.5: quantile 0.6, range 0.4; a credit of 2 lowers it by 0.08, one of 3 by 0.12.
    assert filter_after(0.2, 0.8, 0.4, 0.6).propose(0.5, credit=2.0) == (0.0, pytest.approx(0.52))
    assert filter_after(0.2, 0.8, 0.4, 0.6).propose(0.5, credit=3.0) == (1.0, pytest.approx(0.48))


def test_equal_utilities_are_asked_about_at_the_fraction_and_what_credit_adds() -> None:
    assert filter_after(0.7, 0.7).propose(0.7, credit=1.0) == (pytest.approx(0.5 + 0.1), 0.7)


def test_a_constant_utility_is_asked_about_at_random_at_the_rate_of_the_budget() -> None:
    budget = Budget(BalancedIncrementalQuantileFilter, "0.05", "0")
    asked = [place for place in range(20_000) if budget.decide(0.5, 0.0, 0).verdict is Verdict.ASK]
    gaps = [later - earlier for earlier, later in pairwise(asked)]

    assert 980 <= len(asked) <= 1_000
    assert len({gap for gap in gaps if gap != 20}) > 20


@pytest.mark.parametrize(("window", "tolerance"), [(0, 50), (100, 0)])
def test_impossible_settings_are_refused(window: int, tolerance: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        BalancedIncrementalQuantileFilter(0.1, window, tolerance)


def test_owing_credit_raises_the_threshold_to_one_at_most() -> None:
    rule = BalancedIncrementalQuantileFilter(0.25)
    rule.propose(0.0, credit=0.0)

    assert rule.propose(1.0, credit=-1.0).threshold == 1.0
