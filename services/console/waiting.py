"""Rows as they are followed -> the calls that wait for them, without a thread for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


class Wait(Generic[Key, Row]):
    """One call's wait: ``rows`` fill up as they come, until none is ``missing``."""

    def __init__(self, keys: Collection[Key]) -> None:
        self.rows: dict[Key, Row] = {}
        self.missing = set(keys)
        self._complete = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def fill(self, rows: Mapping[Key, Row]) -> None:
        """Take those of the rows that are missing; from any thread that holds the lock of `Waiting`."""
        for key in rows.keys() & self.missing:
            self.rows[key] = rows[key]
            self.missing.discard(key)
        if not self.missing:
            self.end()

    def end(self) -> None:
        """Let the call go on with what it has; from any thread."""
        self._loop.call_soon_threadsafe(self._complete.set)

    async def complete(self, seconds: float) -> None:
        """Return when nothing is missing, or after ``seconds``."""
        if not self.missing:
            return
        try:
            await asyncio.wait_for(self._complete.wait(), seconds)
        except TimeoutError:
            return


class Waiting(Generic[Key, Row]):
    """The waits of all calls. Whoever expects first and looks up what is there already misses nothing.

    Once it was ended, nobody waits any more: what is not there yet will not come.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waits: set[Wait[Key, Row]] = set()
        self._ended = False

    @contextmanager
    def expect(self, keys: Collection[Key]) -> Iterator[Wait[Key, Row]]:
        """Wait for the rows of these keys, on the running event loop."""
        wait: Wait[Key, Row] = Wait(keys)
        with self._lock:
            self._waits.add(wait)
            if self._ended:
                wait.end()
        try:
            yield wait
        finally:
            with self._lock:
                self._waits.discard(wait)

    async def rows(
        self, keys: Collection[Key], look_up: Callable[[Collection[Key]], Mapping[Key, Row]], seconds: float
    ) -> dict[Key, Row]:
        """The rows of these keys that ``look_up`` finds (in a thread), or that come within ``seconds``."""
        with self.expect(keys) as wait:
            found = await run_in_threadpool(look_up, keys)
            with self._lock:
                wait.fill(found)
            await wait.complete(seconds)
        return wait.rows

    def deliver(self, rows: Mapping[Key, Row]) -> None:
        """Hand these rows to whoever waits for them; from any thread."""
        with self._lock:
            for wait in self._waits:
                wait.fill(rows)

    def end(self) -> None:
        """Let all calls go on with what they have, later ones too; from any thread."""
        with self._lock:
            self._ended = True
            for wait in self._waits:
                wait.end()
