"""The probability is that of the normal distribution, and the limit moves by the mean of both steps."""

from __future__ import annotations

import pytest

from stream.budget.randomised_variable_uncertainty import RandomisedVariableUncertainty

PHI_OF_1 = 0.841345  # from a table of the normal distribution, as the next
PHI_OF_HALF = 0.691462


@pytest.mark.parametrize(("utility", "probability"), [(0.0, 0.5), (0.5, PHI_OF_HALF), (1.0, PHI_OF_1)])
def test_the_probability_is_that_of_a_normal_number_above_the_ratio(utility: float, probability: float) -> None:
    proposal = RandomisedVariableUncertainty(0.1).propose(utility, credit=1.0)

    assert proposal == (pytest.approx(probability, abs=1e-6), 0.0)


def test_the_deviation_blurs_the_limit() -> None:
    sharp = RandomisedVariableUncertainty(0.1, deviation=0.5)

    assert sharp.propose(0.5, credit=0.0).probability == pytest.approx(PHI_OF_1, abs=1e-6)
    with pytest.raises(ValueError, match="deviation"):
        RandomisedVariableUncertainty(0.1, deviation=0.0)


def test_the_limit_moves_by_the_mean_of_both_steps() -> None:
    rule = RandomisedVariableUncertainty(0.1, step=0.1)
    rule.propose(1.0, credit=1.0)

    # 0.841345 * 0.9 + 0.158655 * 1.1 = 0.931731
    assert rule.propose(0.5, credit=1.0).threshold == pytest.approx(1 - 0.931731, abs=1e-6)


def test_without_credit_the_limit_stands_still() -> None:
    rule = RandomisedVariableUncertainty(0.1)

    assert rule.propose(1.0, credit=0.5) == rule.propose(1.0, credit=0.5)
