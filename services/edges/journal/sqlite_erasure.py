"""Records and an SQLite file -> no byte of what was taken out of them, in the file or its write-ahead log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from services.edges.journal.base import Record
from services.edges.topics import topic


def overwrite(connection: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Give the records at these places these values, in the transaction that is open."""
    update = "UPDATE records SET value = ? WHERE topic = ? AND partition = ? AND offset = ?"
    rows = [(each.value, topic(each.topic).name, each.partition, each.offset) for each in records]
    connection.executemany(update, rows)


def empty_log(connection: sqlite3.Connection) -> bool:
    """Copy the write-ahead log into the file and cut it to nothing; False, at once, where a reader still needs it.

    To wait for the reader is to hold the lock for writing: every other writer would wait as well.
    """
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy
