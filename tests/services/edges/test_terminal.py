"""A long task -> a bar for people, silence for programs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from services.edges.terminal import progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def shown(*, terminal: bool, seconds: float) -> str:
    written, clock = io.StringIO(), Clock()
    console = Console(file=written, force_terminal=terminal, width=100)
    with progress("encoding", 10, console=console, clock=clock) as advance:
        advance(1)
        clock.now = seconds
        advance(5, "half")
    return written.getvalue()


def test_a_task_that_takes_long_has_a_bar() -> None:
    assert "encoding" in shown(terminal=True, seconds=2.5)


@pytest.mark.parametrize(("terminal", "seconds"), [(True, 1.0), (False, 60.0)])
def test_a_short_task_and_one_off_a_terminal_say_nothing(terminal: bool, seconds: float) -> None:
    assert shown(terminal=terminal, seconds=seconds) == ""
