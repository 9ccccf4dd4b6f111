"""An SQLite file -> connections for any thread, transactions one at a time, and word of each commit."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.edges.journal.base import JournalDamaged, JournalError
from services.edges.journal.sqlite_schema import connect, explained

_POLL_SECONDS = 0.02
"""How often a waiter looks for what other processes wrote; what this process wrote wakes it at once."""


class SqliteFile:
    """The prepared file at ``path``, opened by as many connections as threads use it at the same time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._places: dict[Path, tuple[int, int]] = {}
        self._require_in_place(path)
        self.closed = False
        self.commits = 0
        self._idle: list[sqlite3.Connection] = []
        self._changed = threading.Condition()
        # Threads queue here for their turn to write; SQLite's own lock, for other processes, can only be polled.
        self._writing = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with; what SQLite complains of is raised as JournalError.

        Raises JournalDamaged where somebody removed the file or its log: what is written to it goes nowhere.
        """
        with explained(self.path):
            connection = self._take()
            try:
                yield connection
            finally:
                self._put_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection to write with: all or nothing, and durable once the block is left without an error."""
        with self._writing, self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            # The log is there from the first commit on, and the same until the last connection is closed.
            self._require_in_place(self.path, self._log, connection=connection)
        with self._changed:
            self.commits += 1
            self._changed.notify_all()

    def wait(self, commits: int, seconds: float) -> None:
        """Wait while ``commits`` is still the count of this process, but only until others may have written."""
        with self._changed:
            if self.commits == commits:
                self._changed.wait(min(seconds, _POLL_SECONDS))

    def close(self) -> None:
        """Close the connections, those in use as soon as they are put back; waiters end with JournalError."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
            while self._idle:
                self._idle.pop().close()

    def _require_in_place(self, *paths: Path, connection: sqlite3.Connection | None = None) -> None:
        for path in paths:
            found = _place(path)
            if found is None or self._places.setdefault(path, found) != found:
                saved = found is None and path == self._log and connection is not None and _saved(connection)
                mend = "all of it was saved, start again" if saved else "put it back, or start anew without it"
                raise JournalDamaged(f"{path} was moved or removed while this process used it: {mend}")

    def _take(self) -> sqlite3.Connection:
        with self._changed:
            if self.closed:
                raise JournalError(f"{self.path} has been closed by this process")
            self._require_in_place(*self._places, connection=self._idle[-1] if self._idle else None)
            if self._idle:
                return self._idle.pop()
        return connect(self.path)

    def _put_back(self, connection: sqlite3.Connection) -> None:
        with self._changed:
            if self.closed:
                connection.close()
            else:
                self._idle.append(connection)


def _place(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that has its name later; None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _saved(connection: sqlite3.Connection) -> bool:
    """Copy the log, which this connection has open still, into the file: whether all of it went there."""
    try:
        (busy, pages, copied) = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    except sqlite3.Error:
        return False
    return not busy and pages == copied
