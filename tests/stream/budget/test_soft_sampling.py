"""The probability rises with a power of the utility, and its mean over the window is the budget's rate."""

from __future__ import annotations

import pytest

from stream.budget.soft_sampling import SoftSampling


def test_the_probability_is_worked_out_by_hand() -> None:
    rule = SoftSampling(0.1)

    assert rule.propose(1.0, credit=1.0) == (pytest.approx(0.1), 1.0)
    # u^4 is 1 and 0.0625, their mean 0.53125.
    assert rule.propose(0.5, credit=1.0) == (pytest.approx(0.1 * 0.0625 / 0.53125), 1.0)


def test_the_threshold_is_asked_about_surely() -> None:
    threshold = SoftSampling(0.25).propose(0.5, credit=1.0).threshold
    assert threshold == pytest.approx(0.5 * 4**0.25)  # (0.0625 / 0.25)^(1/4)

    rule = SoftSampling(0.5, power=1.0, window=1_000)
    for _ in range(999):
        rule.propose(0.25, credit=1.0)
    assert rule.propose(0.51, credit=1.0).probability == 1.0
    assert rule.propose(0.49, credit=1.0).probability < 1.0


def test_credit_raises_the_share_until_what_is_low_is_asked_about_too() -> None:
    def proposed(credit: float) -> float:
        rule = SoftSampling(0.1, power=1.0)
        rule.propose(0.9, credit=1.0)
        return rule.propose(0.1, credit).probability  # 0.1 of a mean of 0.5

    assert [proposed(1.0), proposed(3.0), proposed(20.0)] == pytest.approx([0.02, 0.02 * 7, 1.0])


def test_equal_utilities_are_equally_likely_however_small() -> None:
    for utility in (0.0, 1e-9, 1e-4, 0.3, 1.0):
        rule = SoftSampling(0.1)
        assert {rule.propose(utility, credit=1.0).probability for _ in range(1_200)} == {0.1}


def test_old_utilities_leave_the_window() -> None:
    rule = SoftSampling(0.1, window=1)
    rule.propose(1.0, credit=1.0)

    assert rule.propose(0.5, credit=1.0).probability == 0.1


def test_the_threshold_of_a_power_near_0_is_1() -> None:
    rule = SoftSampling(0.05, power=0.001)
    assert rule.propose(1.0, credit=1.0).threshold == 1.0


@pytest.mark.parametrize(("power", "window"), [(-1.0, 500), (float("nan"), 500), (4.0, 0)])
def test_impossible_settings_are_refused(power: float, window: int) -> None:
    with pytest.raises(ValueError, match=r"power|window"):
        SoftSampling(0.1, power, window)
