"""Parts of a process -> they live and end together."""

from __future__ import annotations

import os
import platform
import signal
from pathlib import Path
from threading import Event

import pytest
from structlog.testing import capture_logs

from services.edges.journal.base import TaskDone
from services.running import Crew, return_memory
from tests.services.visits import own_hooks


def resident_mb() -> int:
    """The memory that this process really has, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


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


def test_a_part_that_ended_because_it_was_told_to_has_not_failed() -> None:
    def done(_: Event) -> None:
        raise TaskDone("start it again")

    with own_hooks(), capture_logs() as logs, pytest.raises(TaskDone):
        Crew({"learner": done}).run()
    assert [(each["event"], each["log_level"]) for each in logs][-1] == ("part_done", "info")


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


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps it, and only glibc gives it back")
def test_memory_that_is_free_among_what_is_in_use_goes_back_to_the_system() -> None:
    held: list[bytes | None] = [bytes([1]) * 20_000 for _ in range(4_000)]
    for place in range(len(held)):
        if place % 10:
            held[place] = None
    before = resident_mb()
    return_memory()

    assert before - resident_mb() > 40
