"""Each ruling carries the probability of any request being issued for its text, by hand and in sum."""

from __future__ import annotations

import pytest

from stream.budget.accounts import Budget
from stream.budget.window_quantile import WindowQuantile
from tests.stream.budget.test_accounts import Greedy, decide


def test_the_probability_joins_both_accounts() -> None:
    budget = Budget(lambda fraction: Greedy(fraction, probability=0.25), "0.5", "0.2", burst=5)
    rulings = decide(budget, [0.5] * 11)

    assert rulings[0].probability == 0.25  # no audit in the first block
    assert rulings[10].probability == pytest.approx(0.1 + 0.9 * 0.25)


def test_what_cannot_be_issued_has_no_probability() -> None:
    rulings = decide(Budget(Greedy, "0.5", "0.2"), [0.5] * 20, open_requests=10_000)

    assert {ruling.probability for ruling in rulings} == {0.0}


def test_the_probabilities_add_up_to_what_is_issued() -> None:
    budget = Budget(WindowQuantile, "0.1", seed=5)
    rulings = decide(budget, [0.5] * 20_000)

    assert sum(ruling.probability for ruling in rulings) == pytest.approx(budget.asked, rel=0.03)
