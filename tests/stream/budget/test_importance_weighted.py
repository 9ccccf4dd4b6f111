"""The query probability solves the equation of the paper."""

from __future__ import annotations

from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.budget.importance_weighted import ImportanceWeighted


def second(utility: float, slack: float) -> tuple[float, float]:
    """What is proposed for the second text, where c0 * log 2 / 1 is ``slack``."""
    rule = ImportanceWeighted(0.1, c0=slack / log(2))
    rule.propose(0.0, credit=1.0)
    return rule.propose(utility, credit=1.0)


def test_the_first_text_is_asked_about() -> None:
    assert ImportanceWeighted(0.1).propose(0.0, credit=1.0) == (1.0, 0.0)


def test_a_small_gap_is_asked_about_surely() -> None:
    # Slack 1/16: surely up to a gap of 1/4 + 1/16.
    assert second(0.69, 1 / 16) == (1.0, pytest.approx(0.6875))
    assert second(0.68, 1 / 16)[0] < 1.0


def test_a_larger_gap_is_worked_out_by_hand() -> None:
    # Gap 3/4 = sqrt(1/4) + 1/4: so slack / s is 1/4, and s = 4 / 16.
    assert second(0.25, 1 / 16) == (pytest.approx(0.25), pytest.approx(0.6875))
    # Gap 1 = x + x^2 at x = (sqrt 5 - 1) / 2, one over the golden ratio, whose square is 2.618034.
    assert second(0.0, 1 / 16)[0] == pytest.approx(2.618034 / 16)


@given(st.floats(0, 1), st.integers(2, 10**5))
def test_the_probability_solves_the_equation(utility: float, texts: int) -> None:
    rule = ImportanceWeighted(0.1, c0=8.0)
    rule._texts = texts - 1
    probability, gap, slack = rule.propose(utility, 1.0).probability, 1 - utility, 8 * log(texts) / (texts - 1)

    if probability < 1:
        assert sqrt(slack / probability) + slack / probability == pytest.approx(gap)
    else:
        assert gap <= sqrt(slack) + slack + 1e-9


def test_it_asks_for_less_and_less() -> None:
    rule = ImportanceWeighted(0.1)
    proposed = [rule.propose(0.5, credit=1.0).probability for _ in range(5_000)]

    assert proposed[10:] == sorted(proposed[10:], reverse=True)
    assert proposed[-1] < 0.02
    with pytest.raises(ValueError, match="c0"):
        ImportanceWeighted(0.1, c0=0.0)
