"""Who is asked what: leases, their end, and the turn of audits."""

from __future__ import annotations

from services.console.leases import ANSWERED_SECONDS, AUDIT_TURN, NOT_TAKEN, Leases
from stream.records import Label

ASKS = [f"ask-{place}" for place in range(20)]
AUDITS = [f"audit-{place}" for place in range(5)]


def test_the_most_useful_come_first_and_every_fourth_is_an_audit() -> None:
    dealt = Leases().deal(ASKS, AUDITS, 9)
    assert dealt == ["ask-0", "ask-1", "ask-2", "audit-0", "ask-3", "ask-4", "ask-5", "audit-1", "ask-6"]


def test_audits_have_their_turn_when_requests_are_dealt_one_by_one() -> None:
    leases = Leases()
    for _ in range(2 * AUDIT_TURN):
        leases.grant("ada", leases.deal(ASKS, AUDITS, 1), now=0.0)
    assert [held for held in leases.held("ada") if held in AUDITS] == ["audit-0", "audit-1"]


def test_each_kind_fills_the_place_of_the_other_where_that_is_used_up() -> None:
    assert Leases().deal(ASKS[:1], AUDITS[:3], 10) == ["ask-0", "audit-0", "audit-1", "audit-2"]
    assert Leases().deal(ASKS[:5], [], 10) == ASKS[:5]


def test_what_is_leased_is_dealt_to_nobody_else_until_the_lease_runs_out() -> None:
    leases = Leases(seconds=300.0)
    assert leases.grant("ada", ["ask-0"], now=1_000.0) == 1_300.0
    leases.expire(1_299.0)
    assert leases.deal(ASKS, [], 1) == ["ask-1"]
    leases.expire(1_300.0)
    assert leases.deal(ASKS, [], 1) == ["ask-0"]


def test_what_was_answered_is_held_by_nobody_and_dealt_to_nobody() -> None:
    leases = Leases()
    leases.grant("ada", ["ask-0", "ask-1"], now=0.0)
    leases.answered(Label("ask-0", "card_arrival", "ada", 7), now=0.0)
    assert leases.answers() == {7: Label("ask-0", "card_arrival", "ada", 7)}
    assert leases.held("ada") == ["ask-1"]
    assert leases.deal(ASKS, [], 1) == ["ask-2"]


def test_of_the_answers_that_were_not_taken_the_latest_are_remembered() -> None:
    leases = Leases()
    for place in range(NOT_TAKEN + 2):
        leases.answered(Label(f"ask-{place}", "card_arrival", "ada", place), now=0.0)
        leases.leave_open(f"ask-{place}", now=0.0)
    assert len(leases.not_taken("ada")) == NOT_TAKEN
    assert leases.deal(ASKS, [], 3, leases.not_taken("ada")) == ["ask-0", "ask-1"]
    assert (leases.not_taken("bob"), len(leases)) == (set(), 0)


def test_who_gave_an_answer_that_was_not_taken_is_asked_again_when_a_lease_would_have_run_out() -> None:
    leases = Leases(seconds=300.0)
    leases.answered(Label("ask-0", "card_arrival", "ada", 7), now=1_000.0)
    leases.leave_open("ask-0", now=1_000.0)
    leases.expire(1_299.0)
    assert leases.not_taken("ada") == {"ask-0"}
    leases.expire(1_300.0)
    assert leases.not_taken("ada") == set()


def test_a_clock_that_is_set_back_keeps_nothing_from_others_for_longer() -> None:
    leases = Leases(seconds=300.0)
    leases.grant("ada", ["ask-0", "ask-1", "ask-2"], now=5_000.0)
    leases.answered(Label("ask-1", "card_arrival", "ada", 7), now=5_000.0)
    leases.leave_open("ask-1", now=5_000.0)
    leases.answered(Label("ask-2", "card_arrival", "ada", 8), now=5_000.0)
    leases.expire(5_000.0)
    leases.expire(1_000.0)
    assert leases.held_by_others("bob") == {"ask-0": "ada"}
    leases.expire(1_299.0)
    assert "ask-0" in leases
    leases.expire(1_300.0)
    assert "ask-0" not in leases
    assert leases.not_taken("ada") == set()
    assert "ask-2" in leases
    leases.expire(1_000.0 + ANSWERED_SECONDS)
    assert len(leases) == 0
