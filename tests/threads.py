"""What runs until it is told to stop -> a block beside which it runs, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def running(run: Callable[[Event], None]) -> Iterator[None]:
    """Let it run meanwhile; then set the event that it was given, and wait until it has returned."""
    stop = Event()
    thread = Thread(target=run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
