"""SIGTERM, Ctrl-C -> an event: commands end where their last step is whole."""

from __future__ import annotations

import signal
from threading import Event


def stop_on_signals() -> Event:
    """Set once this process is asked to end; until then it goes on."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
