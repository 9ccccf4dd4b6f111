"""Calls that wait for rows: from the look-up, from another thread, or in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from threading import Thread

from services.console.waiting import Waiting


def nothing(_keys: Collection[str]) -> dict[str, int]:
    return {}


def test_what_is_there_already_is_returned_at_once() -> None:
    rows = asyncio.run(Waiting[str, int]().rows(["a", "b"], lambda keys: {"a": 1, "b": 2}, 60.0))
    assert rows == {"a": 1, "b": 2}


def test_what_another_thread_delivers_ends_the_wait() -> None:
    waiting: Waiting[str, int] = Waiting()

    def look_up(_keys: Collection[str]) -> dict[str, int]:
        Thread(target=waiting.deliver, args=({"b": 2, "other": 3},)).start()
        return {"a": 1}

    assert asyncio.run(waiting.rows(["a", "b"], look_up, 60.0)) == {"a": 1, "b": 2}


def test_what_does_not_come_in_time_is_missing() -> None:
    assert asyncio.run(Waiting[str, int]().rows(["a"], nothing, 0.01)) == {}


def test_the_wait_for_nothing_is_over_at_once() -> None:
    assert asyncio.run(Waiting[str, int]().rows([], nothing, 60.0)) == {}


def test_the_first_row_of_a_key_stays() -> None:
    waiting: Waiting[str, int] = Waiting()

    def look_up(_keys: Collection[str]) -> dict[str, int]:
        waiting.deliver({"a": 1})
        return {"a": 2}

    assert asyncio.run(waiting.rows(["a"], look_up, 60.0)) == {"a": 1}


def test_a_wait_that_is_over_is_forgotten() -> None:
    waiting: Waiting[str, int] = Waiting()
    asyncio.run(waiting.rows(["a"], nothing, 0.0))
    assert not waiting._waits


def test_where_it_ends_calls_get_what_there_is_and_later_ones_wait_for_nothing() -> None:
    waiting: Waiting[str, int] = Waiting()

    def look_up(_keys: Collection[str]) -> dict[str, int]:
        Thread(target=waiting.end).start()
        return {"a": 1}

    assert asyncio.run(waiting.rows(["a", "b"], look_up, 60.0)) == {"a": 1}
    assert asyncio.run(waiting.rows(["a", "b"], lambda keys: {"b": 2}, 60.0)) == {"b": 2}
