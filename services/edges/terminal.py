"""A long task -> a progress bar on stderr, for what takes longer than two seconds; silence off a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_PATIENCE_SECONDS = 2.0


class Advance(Protocol):
    """Report that so many more steps of the task are done, and what to say beside the bar."""

    def __call__(self, steps: int, note: str = "") -> None:
        """``steps`` since the last call."""


def talk() -> Console:
    """Where a command speaks to a person: data goes to stdout, everything else here."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(
    title: str, total: int | None, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Advance]:
    """Show how far ``title`` has come; ``total`` in steps, None where it is not known.

    >>> with progress("reading", 10) as advance:
    ...     advance(5)
    """
    console = talk() if console is None else console
    bar = Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[note]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task(title, total=total, note="")
    started = clock()

    def advance(steps: int, note: str = "") -> None:
        if clock() - started >= _PATIENCE_SECONDS:
            bar.start()
        bar.update(task, advance=steps, note=note)

    try:
        yield advance
    finally:
        bar.stop()
