"""Records and the time -> only the records that are still to be kept, a bounded step at a time."""

from __future__ import annotations

import sqlite3
from itertools import takewhile

from services.edges.topics import TOMBSTONE_SECONDS, Topic

_STEP_RECORDS = 200
_STEP_PAGES = 250


def drop_old(connection: sqlite3.Connection, topic: Topic, now: float) -> bool:
    """Delete some records that are past the topic's retention; False where there was none."""
    return any(_drop_first(connection, topic, partition, now) for partition in range(topic.partitions))


def _drop_first(connection: sqlite3.Connection, topic: Topic, partition: int, now: float) -> bool:
    if topic.retention_seconds is None:
        return False
    oldest = now - topic.retention_seconds
    place = (topic.name, partition)
    query = "SELECT offset, time FROM records WHERE topic = ? AND partition = ? ORDER BY offset LIMIT ?"
    first = connection.execute(query, (*place, _STEP_RECORDS)).fetchall()
    # A prefix, as a broker drops whole segments: a clock that was set back leaves no holes.
    old = list(takewhile(lambda row: row[1] < oldest, first))
    if old:
        delete = "DELETE FROM records WHERE topic = ? AND partition = ? AND offset <= ?"
        connection.execute(delete, (*place, old[-1][0]))
    return bool(old)


def drop_tombstones(connection: sqlite3.Connection, topic: Topic, now: float) -> bool:
    """Delete some tombstones of a compacted topic that every reader had the time to see; False where there was none."""
    if not topic.compacted:
        return False
    delete = """
        DELETE FROM records WHERE rowid IN
        (SELECT rowid FROM records WHERE topic = ? AND value IS NULL AND time < ? LIMIT ?)"""
    return connection.execute(delete, (topic.name, now - TOMBSTONE_SECONDS, _STEP_RECORDS)).rowcount > 0


def give_back(connection: sqlite3.Connection) -> bool:
    """Return some free pages to the file system; False where none is left, or the file cannot shrink."""
    free = _free_pages(connection)
    for _ in range(min(free, _STEP_PAGES)):
        connection.execute("PRAGMA incremental_vacuum(1)")  # more than one at a time needs steps that sqlite3 omits
    return 0 < _free_pages(connection) < free


def _free_pages(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return count
