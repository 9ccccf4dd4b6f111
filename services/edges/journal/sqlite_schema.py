"""Data directory -> connections to its checked SQLite file, or one line that says how to mend it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from services.edges.journal.base import JournalDamaged, JournalError
from services.edges.setting_names import variable
from services.edges.topics import TOPICS

FILE_NAME = "sluice.db"
APPLICATION_ID = 0x534C5543
"""Marks a SQLite file as sluice's: the letters SLUC."""
VERSION = 1
_BUSY_SECONDS = 30.0
_WAL_BYTES = 64 * 2**20
_PAGE_BYTES = 16_384
"""Values are large: to drop 240 MB of them takes less than half of the time that it takes in pages of 4,096."""

_SCHEMA = (
    """
    CREATE TABLE records (
        topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
        key BLOB, value BLOB, headers TEXT, time REAL NOT NULL,
        PRIMARY KEY (topic, partition, offset)
    )""",
    "CREATE INDEX records_of_key ON records (topic, partition, key) WHERE key IS NOT NULL",
    "CREATE INDEX tombstones ON records (topic, time) WHERE value IS NULL",
    "CREATE TABLE cluster (id TEXT NOT NULL)",
    "CREATE TABLE topics (name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE partitions (
        topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
    ) WITHOUT ROWID""",
    "CREATE TABLE writers (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, pid INTEGER NOT NULL) WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
)

_FULL = "cannot grow, the disk is full: free some space"
_MENDING = {
    sqlite3.SQLITE_NOTADB: "is not a SQLite file: move it away, or choose another data directory",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore a backup, or move it away to start anew",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that it is a file which this user may read and write",
    sqlite3.SQLITE_READONLY: "cannot be written: check the rights of the file and of its directory",
    sqlite3.SQLITE_PERM: "cannot be written: check the rights of the file and of its directory",
    sqlite3.SQLITE_BUSY: f"has been locked by another program for {_BUSY_SECONDS:.0f} s: end that program",
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: _FULL,
    sqlite3.SQLITE_IOERR: "cannot be read or written: check the disk",
}
_OTHERWISE = "cannot be used: restore a backup, or choose another data directory"


class DirectoryIsFile(JournalError):
    """A file is where the data directory is to be; the message is one line that says what to do."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into a JournalError of one line."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        kind = JournalDamaged if code & 0xFF == sqlite3.SQLITE_CORRUPT else JournalError
        mending = _MENDING.get(code) or _MENDING.get(code & 0xFF, _OTHERWISE)
        raise kind(f"{path} {mending} ({error})") from error
    except Timeout as error:
        raise JournalError(f"{path} {_MENDING[sqlite3.SQLITE_BUSY]}") from error
    except OSError as error:
        mending = "check its rights and those of its directory, or choose another directory"
        raise JournalError(f"{error.filename or path} cannot be used ({error.strerror}): {mending}") from error


def damage(path: Path) -> str:
    """The first fault in the structure of a journal's file, in one line; empty where it is whole.

    Raises JournalError where it is not a journal of this version, or too damaged to look.
    """
    with explained(path), closing(connect(path)) as connection:
        is_new(connection, path)
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if verdict == "ok" else " ".join(str(verdict).split())


def require_whole(path: Path) -> None:
    """Raises JournalDamaged where the file is there and damaged: what is read from it may be anything then."""
    if path.exists() and (fault := damage(path)):
        raise JournalDamaged(f"{path} {_MENDING[sqlite3.SQLITE_CORRUPT]} ({fault})")


def connect(path: Path) -> sqlite3.Connection:
    """A connection that any one thread at a time may use; every commit through it is durable."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten at once, in free pages too: when one is used again, SQLite leaves the end of it
        # as it was. It makes the write-ahead log 1% longer, and twice as long where old records are dropped.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(directory: Path) -> Path:
    """Make the data directory and its file where they are missing, check them where they are not: the file's path.

    Raises DirectoryIsFile, and JournalError where the directory cannot be written, or the file is not a journal of this
    version.
    """
    path = directory / FILE_NAME
    with explained(path):
        if file := next((each for each in (directory, *directory.parents) if each.is_file()), None):
            raise DirectoryIsFile(f"{file} is a file: name a directory with --data ({variable('data.dir')})")
        directory.mkdir(parents=True, exist_ok=True)
        with FileLock(directory / f"{FILE_NAME}.lock", timeout=_BUSY_SECONDS), closing(connect(path)) as connection:
            if is_new(connection, path):
                _create(connection)
            _write_ahead(connection, path)
            _add_missing_topics(connection)
    return path


def is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether nothing was written to the file yet. Raises JournalError where it is not a journal of this version."""
    application_id, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    )
    if application_id == version == tables == 0:
        return True
    if application_id != APPLICATION_ID:
        raise JournalError(f"{path} belongs to another program: move it away, or choose another data directory")
    if version > VERSION:
        raise JournalError(f"{path} was written by a newer sluice (format {version}, here {VERSION}): update sluice")
    return False


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("INSERT INTO cluster VALUES (?)", (secrets.token_hex(8),))
    connection.execute("COMMIT")


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    """Let readers read while a writer writes."""
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise JournalError(f"{path} is on a file system without shared memory: choose a directory on a local disk")


def _add_missing_topics(connection: sqlite3.Connection) -> None:
    known = {name for (name,) in connection.execute("SELECT name FROM topics")}
    missing = [topic for name, topic in TOPICS.items() if name not in known]
    if missing:
        connection.execute("BEGIN IMMEDIATE")
        ids = [(topic.name, secrets.token_hex(8)) for topic in missing]
        partitions = [(topic.name, partition) for topic in missing for partition in range(topic.partitions)]
        connection.executemany("INSERT INTO topics VALUES (?, ?)", ids)
        connection.executemany("INSERT INTO partitions VALUES (?, ?, 0)", partitions)
        connection.execute("COMMIT")
