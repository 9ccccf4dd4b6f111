"""What every rule keeps to: never over the budget, restored bit for bit, and using as much of it as is written here."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.records import Entry, Verdict

every_rule = pytest.mark.parametrize("rule", RULES)
TEXTS = 2_000
FRACTIONS = st.sampled_from(["0", "0.003", "0.01", "0.05", "0.2", "0.5", "0.77", "1"])

SEQUENCES: dict[str, Callable[[int, float], float]] = {
    "always 0": lambda text, unspent: 0.0,
    "always 1": lambda text, unspent: 1.0,
    "alternating": lambda text, unspent: float(text % 2),
    "rising": lambda text, unspent: text / TEXTS,
    "falling": lambda text, unspent: 1 - text / TEXTS,
    "high when it cannot be asked about": lambda text, unspent: float(unspent < 1),
    "random": lambda text, unspent: random.Random(text).random(),
}


def unspent(rule: str, fraction: str, sequence: str, seed: int = 0, texts: int = TEXTS) -> list[Fraction]:
    """Requests that the budget allows and that were not made, after each text."""
    budget, left, allowed = Budget(RULES[rule], fraction, seed=seed), [], Fraction(fraction)
    for text in range(texts):
        before = allowed * (text + 1) - budget.asked
        budget.decide(SEQUENCES[sequence](text, float(before)), 0.0, 0)
        left.append(allowed * budget.seen - budget.asked)
    return left


@every_rule
@pytest.mark.parametrize("sequence", SEQUENCES)
@settings(deadline=None, max_examples=3)
@given(fraction=FRACTIONS, seed=st.integers(0, 10**6))
def test_no_prefix_is_over_the_budget(rule: str, sequence: str, fraction: str, seed: int) -> None:
    assert min(unspent(rule, fraction, sequence, seed, TEXTS // 2)) >= 0


UNSPENT = {
    "window_quantile": 13,
    "balanced_incremental_quantile_filter": 50,
    "variable_uncertainty": 3,
    "randomised_variable_uncertainty": 3,
    "split": 3,
    "soft_sampling": 20,
    "selective_sampling": 10,
}
"""How many of 100 requests stay unspent at most, whatever the utilities; the other rules promise nothing."""


@pytest.mark.parametrize("rule", UNSPENT)
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_the_budget_is_used(rule: str, sequence: str) -> None:
    assert unspent(rule, "0.05", sequence)[-1] <= UNSPENT[rule]


@pytest.mark.parametrize("rule", UNSPENT)
@pytest.mark.parametrize("sequence", ["random", "always 0", "always 1"])
def test_what_does_not_change_is_spent_on_to_the_end(rule: str, sequence: str) -> None:
    assert unspent(rule, "0.05", sequence)[-1] <= 5


@pytest.mark.parametrize("rule", ["fixed_uncertainty", "importance_weighted"])
def test_two_rules_leave_what_is_not_worth_it(rule: str) -> None:
    assert unspent(rule, "0.05", "always 0")[-1] > 30
    assert unspent(rule, "0.05", "always 1")[-1] <= 1


@every_rule
@settings(deadline=None, max_examples=20)
@given(
    utilities=st.lists(st.floats(0, 1) | st.just(0.5), max_size=80),
    unspent_credits=st.lists(st.floats(-1, 50), min_size=80, max_size=80),
    cut=st.integers(0, 80),
    fraction=st.floats(0, 1),
)
def test_a_restored_rule_proposes_the_same(
    rule: str, utilities: list[float], unspent_credits: list[float], cut: int, fraction: float
) -> None:
    straight, restored = RULES[rule](fraction), RULES[rule](fraction)
    for utility, credit in zip(utilities[:cut], unspent_credits, strict=False):
        proposal = straight.propose(utility, credit)
        assert 0.0 <= proposal.probability <= 1.0
        assert 0.0 <= proposal.threshold <= 1.0
    saved = straight.save()
    restored.restore(Entry(json.loads(json.dumps(saved.fields)), {n: np.array(a) for n, a in saved.arrays.items()}))

    for utility, credit in zip(utilities[cut:], unspent_credits[cut:], strict=False):
        assert restored.propose(utility, credit) == straight.propose(utility, credit)


@every_rule
def test_higher_utilities_are_asked_about_as_likely_at_least(rule: str) -> None:
    def proposed(utility: float) -> float:
        built, rng = RULES[rule](0.1), random.Random(0)
        for _ in range(50):
            built.propose(rng.random(), credit=1.0)
        return built.propose(utility, credit=1.0).probability

    course = [proposed(n / 50) for n in range(51)]
    assert course == sorted(course)
    assert course[-1] > course[0]


@every_rule
@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_that_is_none_is_refused(rule: str, fraction: float) -> None:
    with pytest.raises(ValueError, match="fraction"):
        RULES[rule](fraction)


@every_rule
def test_a_utility_that_is_no_number_is_refused_before_the_rule_sees_it(rule: str) -> None:
    budget = Budget(RULES[rule], "0.05")
    before = json.dumps(budget.save().fields)

    with pytest.raises(ValueError, match="utility"):
        budget.decide(float("nan"), 0.0, 0)
    assert json.dumps(budget.save().fields) == before


@every_rule
def test_the_probabilities_add_up_to_what_is_asked(rule: str) -> None:
    budget, rng, expected = Budget(RULES[rule], "0.1", "0", seed=5), random.Random(1), 0.0
    asked = 0
    for _ in range(10_000):
        ruling = budget.decide(rng.random() ** 2, 0.0, 0)
        expected += ruling.probability
        asked += ruling.verdict is Verdict.ASK

    assert asked == pytest.approx(expected, rel=0.05)
