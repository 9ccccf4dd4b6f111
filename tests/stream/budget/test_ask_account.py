"""What texts pay in, what is put by, and how fast it may be spent: in whole parts of a request, by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.budget.ask_account import AskAccount

NONE = Fraction(0)


def account(
    rate: str, burst: int = 0, carry: int = 50, catch_up: int = 10, reserve: str | Fraction = NONE
) -> AskAccount:
    return AskAccount(Fraction(rate), burst, carry, catch_up, Fraction(reserve))


def earn_one(asks: AskAccount) -> float:
    """The credit with one more text, which is the one that was looked out for."""
    (credit,) = asks.outlook(1)
    asks.earn()
    return credit


def earned(asks: AskAccount, texts: int) -> list[float]:
    return [earn_one(asks) for _ in range(texts)]


def spend(asks: AskAccount, texts: range) -> list[int]:
    """Ask about every text that can be paid for; the texts that were."""
    asked = []
    for text in texts:
        asks.earn()
        if asks.affords_one(text):
            asks.pay_one(text)
            asked.append(text)
    return asked


def test_a_share_of_the_income_is_put_by_until_it_is_full() -> None:
    asks = account("1/2", carry=2, reserve="1/4")

    assert earned(asks, 4) == [0.375, 0.75, 1.125, 1.5]
    assert asks.reserved == 0.5
    for text in range(100):
        asks.earn()
        if asks.affords_one(text):
            asks.pay_one(text)
    assert asks.reserved == 2
    before = earn_one(asks)
    assert earn_one(asks) - before == 0.5


def test_a_released_reserve_is_paid_out_at_twice_the_rate_until_it_is_gone() -> None:
    asks = account("1/4", carry=8, reserve="1/2")
    earned(asks, 4)
    assert asks.reserved == 0.5

    asks.release()

    assert asks.reserved == 0
    assert earned(asks, 3) == [0.5 + 0.125 + 0.5, 1.25, 1.375]  # all of the half at once: it is twice a quarter
    assert asks.reserved == 0.375


def test_what_is_released_waits_while_no_more_can_be_carried() -> None:
    asks = account("1/2", carry=1, reserve="1/2")
    earned(asks, 100)
    asks.release()
    earned(asks, 100)

    spent = spend(asks, range(200, 260))
    assert spent[:4] == [200, 201, 202, 204]  # 1 carried, two halves released beside the income, then the income


def test_unspent_requests_are_made_at_the_pace_after_the_first_ten() -> None:
    asks = account("1/20")
    for _ in range(1_000):
        asks.earn()

    asked = spend(asks, range(1_000, 1_100))

    assert asked[:10] == list(range(1_000, 1_010))
    assert len(asked) == 10 + 14  # 3/20 a text: one in 6.7
    assert max(later - earlier for earlier, later in pairwise(asked)) == 7


def test_a_larger_catch_up_lets_all_of_it_go_at_once() -> None:
    asks = account("1/20", catch_up=50)
    for _ in range(2_000):
        asks.earn()

    assert spend(asks, range(2_000, 2_050)) == list(range(2_000, 2_050))


def test_a_burst_is_beside_what_can_be_caught_up() -> None:
    assert spend(account("1/20", burst=30, catch_up=1), range(30)) == list(range(30))


@given(
    st.fractions(0, 1, max_denominator=40),
    st.fractions(0, 1, max_denominator=9),
    st.lists(st.sampled_from(["text", "ask", "aside", "release"]), max_size=200),
    st.integers(0, 3),
)
def test_nothing_is_ever_paid_that_no_text_paid_in(
    rate: Fraction, reserve: Fraction, events: list[str], burst: int
) -> None:
    asks, texts, asked = AskAccount(rate, burst, 5, 2, reserve), 0, 0
    for event in events:
        if event == "text":
            asks.earn()
            texts += 1
        elif event == "release":
            asks.release()
        elif event == "aside" and asks.affords_one(texts):
            asks.set_one_aside()
        elif event == "ask" and asks.affords_one(texts):
            asks.pay_one(texts)
            asked += 1
        assert asked <= rate * texts + burst
        assert asks.overdrawn == 0


@given(st.lists(st.sampled_from(["text", "ask", "aside", "release"]), max_size=120), st.integers(0, 120))
def test_a_restored_account_pays_the_same(events: list[str], cut: int) -> None:
    straight, texts = account("3/7", burst=2, carry=5, catch_up=2, reserve="1/3"), 0
    restored = account("3/7", carry=5, catch_up=2, reserve="1/3")
    for place, event in enumerate(events):
        if place == cut:
            restored.restore(json.loads(json.dumps(straight.save())))
        for each in (straight, restored)[: 1 + (place >= cut)]:
            _happen(each, event, texts)
        texts += event == "text"
        if place >= cut:
            assert restored.save() == straight.save()


def _happen(asks: AskAccount, event: str, texts: int) -> None:
    if event == "text":
        asks.earn()
    elif event == "release":
        asks.release()
    elif asks.affords_one(texts):
        if event == "ask":
            asks.pay_one(texts)
        else:
            asks.set_one_aside()


def test_a_state_without_reserve_and_pace_is_gone_on_from() -> None:
    asks = account("1/4")
    asks.restore({"credit": "3/2", "aside": "1/2"})

    assert earn_one(asks) == 1.75
    assert asks.affords_one(1)
    assert asks.reserved == 0


@pytest.mark.parametrize(("burst", "carry", "catch_up"), [(-1, 1, 1), (0, 0, 1), (0, 1, 0)])
def test_impossible_settings_are_refused(burst: int, carry: int, catch_up: int) -> None:
    with pytest.raises(ValueError, match="not"):
        account("1/4", burst, carry, catch_up)
