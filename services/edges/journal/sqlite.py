"""Messages -> rows of one SQLite file -> records: the embedded journal."""

from __future__ import annotations

import heapq
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from filelock import Timeout

from services.edges.journal.base import (
    Fenced,
    Headers,
    Journal,
    JournalBusy,
    JournalError,
    Message,
    Positions,
    Record,
    Writer,
)
from services.edges.journal.positions import joined, parted
from services.edges.journal.sqlite_election import lock_of
from services.edges.journal.sqlite_erasure import empty_log, overwrite
from services.edges.journal.sqlite_file import SqliteFile
from services.edges.journal.sqlite_retention import drop_old, drop_tombstones, give_back
from services.edges.journal.sqlite_schema import explained, prepare
from services.edges.topics import TOPICS
from services.edges.topics import topic as topic_named

_ELECTION_POLL_SECONDS = 0.1
_REWRITE_RECORDS = 16


class SqliteJournal(Journal):
    """The journal in ``directory``/sluice.db, which it makes where there is none.

    Any number of threads and processes may append and read, but not a fork of a process that has it open. ``clock``
    gives each record its time. Raises JournalError where the directory cannot be written or holds another program's
    file.
    """

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._file = SqliteFile(prepare(directory))
        self._clock = clock

    def append(self, messages: Sequence[Message]) -> list[int]:
        """As `Journal.append`; offsets have no gaps."""
        with self._file.transaction() as connection:
            return _insert(connection, messages, self._clock())

    def placed(self, message: Message) -> Message:
        """As `Journal.placed`: the first one."""
        return message if message.partition is not None else replace(message, partition=0)

    def read(self, positions: Positions, limit: int, wait: float = 0.0) -> list[Record]:
        """As `Journal.read`; of several partitions the oldest records come first."""
        deadline = time.monotonic() + wait
        while True:
            commits = self._file.commits
            with self._file.connection() as connection:
                records = _select(connection, positions, limit)
            left = deadline - time.monotonic()
            if records or left <= 0:
                return records
            self._file.wait(commits, left)

    def bounds(self, topic: str) -> Mapping[tuple[str, int], tuple[int, int]]:
        """As `Journal.bounds`."""
        query = """
            SELECT partition, next, (SELECT min(offset) FROM records
                                     WHERE topic = partitions.topic AND partition = partitions.partition)
            FROM partitions WHERE topic = ?"""
        with self._file.connection() as connection:
            rows = connection.execute(query, (topic_named(topic).name,)).fetchall()
        return {(topic, partition): (end if first is None else first, end) for partition, end, first in rows}

    def identity(self, topic: str) -> str:
        """``cluster-id/topic-id``, both drawn when the file was made."""
        query = "SELECT cluster.id, topics.id FROM cluster, topics WHERE name = ?"
        with self._file.connection() as connection:
            return "/".join(connection.execute(query, (topic_named(topic).name,)).fetchone())

    def writer(self, name: str, *, wait: bool = True) -> Writer:
        """As `Journal.writer`; the name is held for as long as its process lives."""
        return SqliteWriter(self._file, name, self._clock, wait=wait)

    def tidy(self, now: float) -> None:
        """Drop old records and old tombstones, then return their space to the file system."""
        for topic in TOPICS.values():
            self._repeat(partial(drop_old, topic=topic, now=now))
            self._repeat(partial(drop_tombstones, topic=topic, now=now))
        self._repeat(give_back)

    def rewrite(self, topic: str, change: Callable[[Record], Record | None]) -> int:
        """As `Journal.rewrite`, a few records a transaction."""
        positions = {place: low for place, (low, _) in self.bounds(topic).items()}
        rewritten = 0
        while records := self.read(positions, _REWRITE_RECORDS):
            positions |= {(record.topic, record.partition): record.offset + 1 for record in records}
            changed = [after for record in records if (after := change(record)) is not None]
            if changed:
                with self._file.transaction() as connection:
                    overwrite(connection, changed)
            rewritten += len(changed)
        return rewritten

    def scrub(self) -> bool:
        """As `Journal.scrub`: free pages leave the file, and the write-ahead log is emptied."""
        self._repeat(give_back)
        with self._file.connection() as connection:
            return empty_log(connection)

    def _repeat(self, step: Callable[[sqlite3.Connection], bool]) -> None:
        """Take small steps, each in its own transaction: nobody waits long for a turn to write."""
        more = True
        while more:
            with self._file.transaction() as connection:
                more = step(connection)

    def close(self) -> None:
        """Close the file; who still waits in a read gets JournalError."""
        self._file.close()


class SqliteWriter(Writer):
    """Holds the lock file ``<name>.lock`` while it lives; each commit checks that no other was elected since."""

    def __init__(self, file: SqliteFile, name: str, clock: Callable[[], float], *, wait: bool) -> None:
        self._file, self._name, self._clock = file, name, clock
        self._topic = topic_named(f"{name}-state").name
        self._lock = lock_of(file.path.parent, name)
        self._acquire(wait)
        try:
            self._epoch, entries = self._elect()
        except BaseException:
            self._lock.release()
            raise
        self._state, self._positions = parted(entries)

    def renew(self) -> None:
        """As `Writer.renew`."""
        with self._file.connection() as connection:
            self._require_elected(connection)

    def commit(
        self, outputs: Sequence[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[int]:
        """As `Writer.commit`, in one SQLite transaction."""
        entries = joined(changes, positions)
        messages = [*outputs, *(Message(self._topic, value, key.encode()) for key, value in entries.items())]
        with self._file.transaction() as connection:
            self._require_elected(connection)
            return _insert(connection, messages, self._clock())[: len(outputs)]

    def close(self) -> None:
        """Unlock the name; commits are refused from then on."""
        self._lock.release()

    def _require_elected(self, connection: sqlite3.Connection) -> None:
        if not self._lock.is_locked:
            raise JournalError(f"this writer of {self._name!r} has been closed")
        ((epoch,),) = connection.execute("SELECT epoch FROM writers WHERE name = ?", (self._name,))
        if epoch != self._epoch:
            raise Fenced(f"another writer of {self._name!r} was elected: this process must end")

    def _acquire(self, wait: bool) -> None:
        with explained(Path(self._lock.lock_file)):
            try:
                self._lock.acquire(
                    blocking=wait, poll_interval=_ELECTION_POLL_SECONDS, cancel_check=lambda: self._file.closed
                )
            except Timeout:
                raise JournalBusy(self._holder()) from None

    def _holder(self) -> str:
        with self._file.connection() as connection:
            row = connection.execute("SELECT pid FROM writers WHERE name = ?", (self._name,)).fetchone()
        process = f"process {row[0]}" if row else "another process"
        return f"{self._file.path} already has a {self._name}, {process}: end it, or choose another data directory"

    def _elect(self) -> tuple[int, dict[str, bytes]]:
        """Raise the epoch, which fences earlier writers, and read what they committed."""
        raise_epoch = """
            INSERT INTO writers VALUES (?, 1, ?)
            ON CONFLICT (name) DO UPDATE SET epoch = epoch + 1, pid = excluded.pid RETURNING epoch"""
        state = "SELECT key, value FROM records WHERE topic = ? AND value IS NOT NULL"
        with self._file.transaction() as connection:
            ((epoch,),) = connection.execute(raise_epoch, (self._name, os.getpid())).fetchall()
            rows = connection.execute(state, (self._topic,)).fetchall()
        return epoch, {key.decode(): value for key, value in rows}


def _insert(connection: sqlite3.Connection, messages: Iterable[Message], now: float) -> list[int]:
    """Write messages at the ends of their partitions; in a compacted topic a key's last one replaces the others."""
    ends: dict[tuple[str, int], int] = {}
    rows: dict[tuple[str, int, bytes | int], tuple[object, ...]] = {}
    offsets = []
    for message in messages:
        place = (message.topic, message.partition or 0)
        offset = ends[place] if place in ends else _end(connection, *place)
        row = (*place, offset, message.key, message.value, _encoded(message.headers), now)
        rows[*place, _slot(message, offset)] = row
        offsets.append(offset)
        ends[place] = offset + 1
    replaced = [slot for slot in rows if isinstance(slot[2], bytes)]
    connection.executemany("DELETE FROM records WHERE topic = ? AND partition = ? AND key = ?", replaced)
    connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows.values())
    new_ends = [(end, *place) for place, end in ends.items()]
    connection.executemany("UPDATE partitions SET next = ? WHERE topic = ? AND partition = ?", new_ends)
    return offsets


def _end(connection: sqlite3.Connection, topic: str, partition: int) -> int:
    """The offset that the partition's next record gets."""
    query = "SELECT next FROM partitions WHERE topic = ? AND partition = ?"
    row: tuple[int] | None = connection.execute(query, (topic_named(topic).name, partition)).fetchone()
    if row is None:
        raise ValueError(f"topic {topic!r} has no partition {partition}")
    return row[0]


def _slot(message: Message, offset: int) -> bytes | int:
    """What a later message must share to replace this one: the key in a compacted topic, else nothing."""
    if not topic_named(message.topic).compacted:
        return offset
    if message.key is None:
        raise ValueError(f"a message of the compacted topic {message.topic!r} needs a key")
    return message.key


def _select(connection: sqlite3.Connection, positions: Positions, limit: int) -> list[Record]:
    query = """
        SELECT time, topic, partition, offset, key, value, headers FROM records
        WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?"""
    with ExitStack() as stack:
        rows = [
            stack.enter_context(closing(connection.execute(query, (*place, offset, limit))))
            for place, offset in positions.items()
        ]
        return [
            Record(topic, partition, offset, key, value, _decoded(headers), written)
            for written, topic, partition, offset, key, value, headers in islice(heapq.merge(*rows), limit)
        ]


def _encoded(headers: Headers) -> str | None:
    """Headers as JSON that a person can read; escapes keep bytes that are not UTF-8."""
    return json.dumps([(name, value.decode(errors="surrogateescape")) for name, value in headers]) if headers else None


def _decoded(headers: str | None) -> Headers:
    return tuple((name, value.encode(errors="surrogateescape")) for name, value in json.loads(headers or "[]"))
