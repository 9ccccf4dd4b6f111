"""After a long time in which nothing could be spent, what is left unspent is not spent at once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.records import Verdict

CARRY = 50
QUIET = 10_000


def _full_queue(budget: Budget, rng: random.Random) -> None:
    budget.decide(rng.random(), 0.0, open_requests=10_000)


def _certain(budget: Budget, rng: random.Random) -> None:
    budget.decide(0.0, 0.0, 0)


def _refused(budget: Budget, rng: random.Random) -> None:
    budget.decide_run([rng.random()], 0.0, 0, refuses=lambda offset: True)


PERIODS: dict[str, Callable[[Budget, random.Random], None]] = {
    "the queue was full": _full_queue,
    "the model was certain": _certain,
    "all were near open requests": _refused,
}


def asked_after(rule: str, period: str, texts: int = 100, catch_up: int = 10) -> int:
    """The requests about so many texts after the quiet period, all of them more useful than any before."""
    budget, rng = Budget(RULES[rule], "0.05", carry=CARRY, catch_up=catch_up), random.Random(0)
    for _ in range(QUIET):
        PERIODS[period](budget, rng)
    return sum(budget.decide(1.0, 0.0, 0).verdict is Verdict.ASK for _ in range(texts))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("period", PERIODS)
def test_the_next_texts_get_ten_requests_and_three_times_the_pace_at_most(rule: str, period: str) -> None:
    assert asked_after(rule, period) <= 10 + 3 * 0.045 * 100
    assert asked_after(rule, period, texts=10) <= 10


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("period", PERIODS)
def test_who_allows_more_at_once_gets_at_most_what_is_carried(rule: str, period: str) -> None:
    assert asked_after(rule, period, catch_up=CARRY) <= CARRY + 0.045 * 100


def test_a_rule_with_a_fixed_threshold_would_spend_all_of_it_at_once() -> None:
    assert asked_after("fixed_uncertainty", "the model was certain", texts=50, catch_up=CARRY) == 49  # and an audit


@pytest.mark.parametrize("period", ["the queue was full", "all were near open requests"])
def test_the_default_rule_goes_on_at_its_pace_where_utilities_are_as_before(period: str) -> None:
    budget, rng = Budget(RULES["window_quantile"], "0.05"), random.Random(0)
    for _ in range(QUIET):
        PERIODS[period](budget, rng)
    asked = [budget.decide(rng.random(), 0.0, 0).verdict is Verdict.ASK for _ in range(1_000)]

    assert sum(asked[:100]) <= 10
    assert 40 <= sum(asked) <= 75  # 45 is the pace
