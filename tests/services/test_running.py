"""Parts of a process -> they live and end together."""

from __future__ import annotations

import os
import signal
from threading import Event

import pytest

from services.running import Crew
from tests.services.visits import own_hooks


def waits(stop: Event) -> None:
    stop.wait()


def breaks(_: Event) -> None:
    raise LookupError("the part is broken")


def test_a_signal_ends_all_parts() -> None:
    ended: list[str] = []

    def notes(stop: Event) -> None:
        stop.wait()
        ended.append("part")

    crew = Crew({"part": notes, "signal": lambda _: os.kill(os.getpid(), signal.SIGTERM)})
    with own_hooks():
        assert crew.run()
    assert ended == ["part"]


def test_a_part_that_fails_ends_the_others_and_its_error_is_raised() -> None:
    with own_hooks(), pytest.raises(LookupError, match="broken"):
        Crew({"first": waits, "second": breaks}).run()


def test_a_part_that_returns_ends_the_others() -> None:
    with own_hooks():
        assert Crew({"first": waits, "second": lambda _: None}).run()


def test_parts_that_wait_for_something_else_are_woken() -> None:
    awake = Event()
    with own_hooks():
        assert Crew({"deaf": lambda _: waits(awake), "short": lambda _: None}).run(release=awake.set)


def test_the_end_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.running.STOP_SECONDS", 0.01)
    awake = Event()
    with own_hooks():
        assert not Crew({"deaf": lambda _: waits(awake), "short": lambda _: None}).run()
    awake.set()
