"""Limits hold in every hour, every day and on open requests, and leave the audits their share."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.budget.limits import SlidingWindow, share_limits
from stream.records import Reason

TENTH = Fraction(1, 10)


def test_a_window_is_free_again_when_its_oldest_request_has_left_it() -> None:
    window = SlidingWindow(limit=2, seconds=60)
    window.count(0.0)
    window.count(30.0)

    assert window.full(59.9)
    assert not window.full(60.0)


@given(st.integers(0, 4), st.lists(st.floats(0, 50), max_size=80))
def test_no_window_of_that_length_ever_holds_more(limit: int, pauses: list[float]) -> None:
    window, issued, now = SlidingWindow(limit, seconds=60), [], 0.0
    for pause in pauses:
        now += pause
        if not window.full(now):
            window.count(now)
            issued.append(now)

    for start in issued:
        assert sum(start <= time < start + 60 for time in issued) <= limit


def test_asking_leaves_the_audits_their_share_of_the_hour() -> None:
    limits = share_limits(TENTH, per_hour=10, per_day=None, max_open=100)
    for _ in range(9):
        assert limits.asks.refusal(0.0, 0) is None
        limits.asks.count(0.0)

    assert limits.asks.refusal(0.0, 0) is Reason.RATE_LIMIT
    assert limits.audits.refusal(0.0, 0) is None
    limits.audits.count(0.0)
    assert limits.audits.refusal(0.0, 0) is Reason.RATE_LIMIT
    assert limits.asks.refusal(3_600.0, 0) is None


def test_audits_count_against_what_all_may_issue() -> None:
    limits = share_limits(TENTH, per_hour=None, per_day=10, max_open=100)
    for _ in range(10):
        limits.audits.count(0.0)

    assert limits.asks.refusal(86_399.0, 0) is Reason.RATE_LIMIT
    assert limits.asks.refusal(86_400.0, 0) is None


def test_the_last_places_in_the_queue_are_kept_for_audits() -> None:
    limits = share_limits(TENTH, per_hour=None, per_day=None, max_open=20)

    assert limits.asks.refusal(0.0, open_requests=17) is None
    assert limits.asks.refusal(0.0, open_requests=18) is Reason.QUEUE_FULL
    assert limits.audits.refusal(0.0, open_requests=19) is None
    assert limits.audits.refusal(0.0, open_requests=20) is Reason.QUEUE_FULL


@pytest.mark.parametrize(
    ("audit_share", "max_open", "asks_refused"),
    [("0.1", 1, False), ("0.9", 1, False), ("1", 1, True), ("1", 9, True), ("0", 0, True)],
)
def test_asking_gets_one_place_unless_all_belong_to_audits(audit_share: str, max_open: int, asks_refused: bool) -> None:
    limits = share_limits(Fraction(audit_share), per_hour=None, per_day=None, max_open=max_open)

    assert (limits.asks.refusal(0.0, 0) is Reason.QUEUE_FULL) is asks_refused


def test_a_limit_of_zero_lets_nothing_pass() -> None:
    limits = share_limits(TENTH, per_hour=0, per_day=None, max_open=10)

    assert limits.asks.refusal(0.0, 0) is Reason.RATE_LIMIT
    assert limits.audits.refusal(0.0, 0) is Reason.RATE_LIMIT


def test_restored_limits_remember_what_was_issued() -> None:
    limits = share_limits(TENTH, per_hour=2, per_day=3, max_open=10)
    limits.asks.count(0.0)
    limits.audits.count(100.0)

    restored = share_limits(TENTH, per_hour=2, per_day=3, max_open=10)
    restored.asks.restore(limits.asks.save())

    assert restored.audits.refusal(3_599.0, 0) is Reason.RATE_LIMIT
    assert restored.audits.refusal(3_600.0, 0) is None
    assert restored.asks.save().keys() == {"hour/all", "hour/asks", "day/all", "day/asks"}


def test_limits_that_were_changed_count_what_was_issued_before() -> None:
    limits = share_limits(TENTH, per_hour=3, per_day=None, max_open=10)
    for second in (0.0, 100.0, 200.0):
        limits.audits.count(second)

    stricter, laxer = (share_limits(TENTH, per_hour, per_day=None, max_open=10) for per_hour in (2, 4))
    for changed in (stricter, laxer):
        changed.audits.restore(limits.audits.save())
    laxer.audits.count(300.0)

    assert stricter.audits.refusal(3_699.0, 0) is Reason.RATE_LIMIT  # those of 100 and 200 are in the hour
    assert stricter.audits.refusal(3_700.0, 0) is None
    assert laxer.audits.refusal(3_599.0, 0) is Reason.RATE_LIMIT
    assert laxer.audits.refusal(3_600.0, 0) is None


def test_negative_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        share_limits(TENTH, per_hour=-1, per_day=None, max_open=10)
    with pytest.raises(ValueError, match="-2"):
        share_limits(TENTH, per_hour=None, per_day=None, max_open=-2)
