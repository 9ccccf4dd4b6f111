"""The rule asks from a fixed utility on, whatever came before."""

from __future__ import annotations

from stream.budget.fixed_uncertainty import FixedUncertainty


def test_the_threshold_follows_from_the_fraction() -> None:
    rule = FixedUncertainty(0.25)

    assert rule.propose(0.75, credit=1.0) == (1.0, 0.75)
    assert rule.propose(0.74, credit=1.0) == (0.0, 0.75)
    assert rule.propose(0.74, credit=50.0) == (0.0, 0.75)


def test_a_threshold_may_be_given() -> None:
    assert FixedUncertainty(0.25, threshold=0.5).propose(0.5, credit=0.0) == (1.0, 0.5)
