"""Calls that end, fail and hang -> their results, their errors, and TimeoutError."""

from __future__ import annotations

from threading import Event

import pytest

from services.edges.time_limit import within


def test_what_a_call_returns_is_given() -> None:
    assert within(5.0, lambda: 2 + 2) == 4


def test_what_a_call_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5.0, lambda: 1 // 0)


def test_a_call_that_hangs_is_left_behind() -> None:
    hanging = Event()
    with pytest.raises(TimeoutError):
        within(0.01, hanging.wait)
    hanging.set()
