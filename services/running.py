"""Parts of a process, a thread each -> their common end: by a signal, or by what one of them raised."""

from __future__ import annotations

import ctypes
import gc
import signal
import threading
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread

import structlog

from services.edges.journal.base import TaskDone

STOP_SECONDS = 8.0
"""How long parts may take to finish their last step."""

Part = Callable[[Event], None]
"""Runs until the event is set; call it in a thread of its own."""

_log = structlog.get_logger()


def collect_rarely() -> None:
    """Let Python look for garbage in cycles after 50,000 new objects that hold others, not after every 700.

    A step of the learner makes as many and leaves no cycle: looking for one took 20% of its time.
    """
    gc.set_threshold(50_000, 10, 10)


def return_memory() -> None:
    """Give the system back what is free among what is in use, where the C library can: a restore leaves 40 MB of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def stop_on_signals(stop: Event | None = None) -> Event:
    """Set once this process is asked to end by SIGTERM or SIGINT; call it in the main thread."""
    stop = Event() if stop is None else stop
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not in the handler itself: it interrupts the main thread, which may hold the event's lock.
        signal.signal(number, lambda *_: Thread(target=stop.set).start())
    return stop


class Crew:
    """The parts of one process. Any part that ends, ends them all; one that fails gives its error to `run`.

    ``stop`` is the event that ends them.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.stop = Event()
        self._threads = [Thread(target=self._guard, args=[run], name=name, daemon=True) for name, run in parts.items()]
        self._failure: BaseException | None = None

    def run(
        self,
        watch: Callable[[Event], object] = Event.wait,
        release: Callable[[], None] = lambda: None,
        **told: str,
    ) -> bool:
        """Run all parts until a signal, `stop` or a failure, in the main thread; says whether all ended in time.

        ``told`` is logged once signals are heeded. ``watch`` runs meanwhile, until the event is set. Then ``release``
        wakes those parts that the event does not. Raises what ``watch`` raised, or the first part that failed.
        """
        threading.excepthook = _log_failure
        stop_on_signals(self.stop)
        _log.info("serving", **told)
        for thread in self._threads:
            thread.start()
        try:
            watch(self.stop)
        finally:
            self._end(release)
        if self._failure is not None:
            raise self._failure
        return not any(thread.is_alive() for thread in self._threads)

    def _end(self, release: Callable[[], None]) -> None:
        self.stop.set()
        # What releases may hang as well: on a Kafka that does not answer.
        releasing = Thread(target=release, name="release", daemon=True)
        releasing.start()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in (*self._threads, releasing):
            thread.join(max(0.0, deadline - time.monotonic()))
        if late := [thread.name for thread in self._threads if thread.is_alive()]:
            _log.warning("stopped_late", parts=late)

    def _guard(self, run: Part) -> None:
        try:
            run(self.stop)
        except BaseException as error:
            self._failure = self._failure or error
            raise
        finally:
            self.stop.set()


def _log_failure(failure: threading.ExceptHookArgs) -> None:
    """One line for a part that failed, or is done; what it raised goes on in the main thread."""
    name = failure.thread.name if failure.thread is not None else ""
    if issubclass(failure.exc_type, TaskDone):
        _log.info("part_done", part=name, why=str(failure.exc_value))
    else:
        _log.error("part_failed", part=name, kind=failure.exc_type.__name__)
