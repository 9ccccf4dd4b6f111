"""The rule asks about the highest of the last utilities, shares fairly among equals, and spends what is left over."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget.accounts import Budget
from stream.budget.window_quantile import WindowQuantile

UTILITIES: dict[str, Callable[[random.Random, float, float], float]] = {
    "independent": lambda rng, done, threshold: rng.random(),
    "constant": lambda rng, done, threshold: 0.5,
    "of one class": lambda rng, done, threshold: 0.0,
    "rising": lambda rng, done, threshold: done,
    "falling": lambda rng, done, threshold: 1 - done,
    "fading": lambda rng, done, threshold: rng.random() / (1 + 10 * done),
    "falling again and again": lambda rng, done, threshold: 1 - 7 * done % 1,
    "always under the last threshold": lambda rng, done, threshold: threshold * rng.random(),
}
FRACTIONS = st.sampled_from(["0.003", "0.01", "0.02", "0.05", "0.1", "0.2", "0.3", "0.5", "0.77", "0.9", "1"])


def unspent(fraction: str, texts: int, kind: str, seed: int) -> list[float]:
    budget, rng, threshold = Budget(WindowQuantile, fraction, seed=seed), random.Random(seed), 1.0
    left = []
    for position in range(texts):
        utility = UTILITIES[kind](rng, position / texts, threshold)
        threshold = budget.decide(utility, now=0.0, open_requests=0).threshold
        left.append(float(Fraction(fraction) * budget.seen - budget.asked))
    return left


def test_the_first_text_counts_itself_among_the_window() -> None:
    assert WindowQuantile(1.0).propose(0.0, credit=1.0) == (1.0, 0.0)
    assert WindowQuantile(0.25).propose(0.7, credit=1.0) == (0.25, 0.7)


def test_the_highest_utilities_of_the_window_are_asked_about() -> None:
    rule = WindowQuantile(0.4, window=5)
    for utility in (0.1, 0.2, 0.3, 0.4):
        rule.propose(utility, credit=1.0)

    assert rule.propose(0.35, credit=1.0) == (1.0, 0.35)  # second highest of 0.1 0.2 0.3 0.35 0.4: two are wanted
    assert rule.propose(0.30, credit=1.0) == (0.0, 0.35)  # fourth highest of 0.2 0.3 0.3 0.35 0.4
    assert rule.propose(0.90, credit=1.0) == (1.0, 0.4)


def test_old_utilities_leave_the_window() -> None:
    rule = WindowQuantile(0.5, window=2)
    rule.propose(1.0, credit=1.0)
    rule.propose(0.2, credit=1.0)

    assert rule.propose(0.3, credit=1.0) == (1.0, 0.3)


def test_equals_share_the_probability_that_is_left_for_them() -> None:
    rule = WindowQuantile(0.4, window=5)
    for utility in (0.9, 0.5, 0.5, 0.1):
        rule.propose(utility, credit=1.0)

    assert rule.propose(0.5, credit=1.0) == (pytest.approx(1 / 3), 0.5)  # two wanted: 0.9, and one of three equals


@pytest.mark.parametrize(("credit", "probability"), [(0.0, 0.1), (1.0, 0.1), (2.0, 0.4), (4.0, 1.0), (11.0, 1.0)])
def test_unspent_credit_raises_the_share_that_is_asked_about(credit: float, probability: float) -> None:
    assert WindowQuantile(0.1).propose(0.5, credit).probability == pytest.approx(probability)


def test_a_credit_of_eleven_asks_about_anything_at_the_smallest_fraction() -> None:
    rule = WindowQuantile(0.0)
    for utility in (0.9, 0.8, 0.7):
        rule.propose(utility, credit=1.0)

    assert rule.propose(0.0, credit=11.0) == (1.0, 0.0)
    assert rule.propose(0.0, credit=10.0).probability < 1


def test_nothing_is_asked_about_at_fraction_zero() -> None:
    assert WindowQuantile(0.0).propose(1.0, credit=1.0).probability == 0


@given(st.lists(st.floats(0, 1), max_size=60), st.integers(1, 20), st.integers(0, 60))
def test_a_restored_rule_proposes_the_same(utilities: list[float], window: int, cut: int) -> None:
    rule, restored = WindowQuantile(0.2, window), WindowQuantile(0.2, window)
    for utility in utilities[:cut]:
        rule.propose(utility, credit=1.0)
    restored.restore(rule.save())

    for utility in utilities[cut:]:
        assert restored.propose(utility, credit=1.5) == rule.propose(utility, credit=1.5)


@pytest.mark.parametrize(("fraction", "window"), [(-0.1, 500), (1.1, 500), (0.1, 0)])
def test_impossible_settings_are_refused(fraction: float, window: int) -> None:
    with pytest.raises(ValueError, match=r"not (-0.1|1.1|0)"):
        WindowQuantile(fraction, window)


@settings(deadline=None, max_examples=15)
@given(FRACTIONS.filter(lambda fraction: float(fraction) > 0.01), st.integers(0, 10**6))
@pytest.mark.parametrize("kind", ["independent", "constant"])
def test_98_percent_of_two_hundred_requests_are_used(kind: str, fraction: str, seed: int) -> None:
    texts = math.ceil(200 / float(fraction))

    assert unspent(fraction, texts, kind, seed)[-1] <= 0.02 * float(fraction) * texts


@settings(deadline=None, max_examples=10)
@given(FRACTIONS, st.integers(0, 10**6))
@pytest.mark.parametrize("kind", UTILITIES)
def test_at_most_13_requests_are_ever_left_unspent(kind: str, fraction: str, seed: int) -> None:
    left = unspent(fraction, 3_000, kind, seed)

    assert min(left) >= 0
    assert max(left) <= 13
