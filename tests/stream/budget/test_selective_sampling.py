"""The probability is b / (b + margin)."""

from __future__ import annotations

import pytest

from stream.budget.selective_sampling import SelectiveSampling


@pytest.mark.parametrize(
    ("utility", "probability"), [(1.0, 1.0), (0.95, 1 / 2), (0.9, 1 / 3), (0.0, 1 / 21), (0.5, 1 / 11)]
)
def test_the_probability_is_worked_out_by_hand(utility: float, probability: float) -> None:
    assert SelectiveSampling(0.05).propose(utility, credit=1.0) == (pytest.approx(probability), 0.95)


def test_the_highest_utility_is_asked_about_surely_and_none_at_fraction_zero() -> None:
    assert {SelectiveSampling(n / 100).propose(1.0, credit=1.0).probability for n in range(1, 101)} == {1.0}
    assert SelectiveSampling(0.0).propose(1.0, credit=1.0).probability == 0.0
