"""A file -> the console's SQLite tables: opened, told apart from foreign files, emptied where they are outdated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

_APPLICATION = 0x53_4C_43_56
_VERSION = 1
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = """
CREATE TABLE identities (topic TEXT PRIMARY KEY, identity TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE positions (topic TEXT, partition INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, partition));
CREATE TABLE state (key TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE decisions (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, origin TEXT NOT NULL, label TEXT, probability REAL, utility REAL,
    threshold REAL, verdict TEXT NOT NULL, reason TEXT NOT NULL, query_probability REAL, model_version INTEGER NOT NULL,
    decided_at REAL NOT NULL
);
CREATE INDEX decisions_id ON decisions (id);
CREATE TABLE requests (
    sequence INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, text_id TEXT NOT NULL, verdict TEXT NOT NULL,
    utility REAL NOT NULL, asked_at REAL NOT NULL, expires_at REAL NOT NULL, message TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX requests_text ON requests (text_id);
CREATE INDEX requests_useful ON requests (verdict, utility DESC) WHERE open;
CREATE TABLE outcomes (
    labels_offset INTEGER PRIMARY KEY, request_id TEXT NOT NULL, message TEXT NOT NULL
);
CREATE INDEX outcomes_request ON outcomes (request_id);
"""
ANSWERED_BY = "json_extract(message, '$.reviewer')"
CLOSING = "json_extract(message, '$.outcome') IN ('learned', 'skipped')"
"""Of the outcomes of a request's answers the one that closed it."""
_ANSWERS_INDEX = (
    f"CREATE INDEX IF NOT EXISTS outcomes_answers ON outcomes ({ANSWERED_BY}, labels_offset) WHERE {CLOSING}"
)


class ViewError(Exception):
    """The file cannot be used as a view; the message is one line that says what to do about it."""


class ViewDamaged(ViewError):
    """What the file holds can be used no more: a process that meets that must end, for it gets no better."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the view at ``path`` into a ViewError."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _DAMAGED:
            raise ViewDamaged(
                f"{path} is damaged ({error}): move it away, it is built again from the journal"
            ) from error
        raise ViewError(f"{path} cannot be used ({error}): free some space, or check the disk") from error


def connect(path: Path, identities: Mapping[str, str]) -> sqlite3.Connection:
    """A connection to the view at ``path``, which holds what was followed from these topics, or is empty.

    ``identities`` name each followed topic's identity. A view of other topics, or of another version, is emptied: it is
    built again from the journal. Its directory is made where it is missing. Raises ViewError where that cannot be, or
    where the file is something else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        try:
            _prepare(connection, identities)
        except BaseException:
            connection.close()
            raise
    except OSError as error:
        mend = "name another directory with --data"
        raise ViewError(f"{path.parent} cannot be the data directory ({error.strerror}): {mend}") from error
    except sqlite3.OperationalError as error:
        raise ViewError(
            f"{path} cannot be opened ({error}): may this user write it, is there room, and another process done?"
        ) from error
    except sqlite3.DatabaseError as error:
        raise ViewError(
            f"{path} is not the console's view ({error}): move it away, it is built again from the journal"
        ) from error
    return connection


def is_view_of(path: Path, identities: Mapping[str, str]) -> bool:
    """Whether the file is a view of these topics; it is not touched."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return _pragma(connection, "application_id") == _APPLICATION and _follows(connection, identities)
        except sqlite3.DatabaseError:
            return False


def _prepare(connection: sqlite3.Connection, identities: Mapping[str, str]) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and _pragma(connection, "application_id") != _APPLICATION:
        raise sqlite3.DatabaseError("it belongs to another program")
    connection.execute("PRAGMA journal_mode = WAL")
    # A power cut may cost the last transactions, never the file: positions go back with the rows.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -65536")
    # Ids may be random, so that each step touches pages all over the index: copy them back in larger lots.
    connection.execute("PRAGMA wal_autocheckpoint = 16384")
    # What was forgotten must not stay readable in the file's free space.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("BEGIN IMMEDIATE")
    if not _follows(connection, identities):
        create(connection, identities)
    # A view from before there was this index is none of another version: built anew, it had no text of what is closed.
    connection.execute(_ANSWERS_INDEX)
    connection.execute("COMMIT")


def create(connection: sqlite3.Connection, identities: Mapping[str, str]) -> None:
    """Make the tables, in the transaction that is open; those that were there are dropped."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute(_ANSWERS_INDEX)
    connection.executemany("INSERT INTO identities VALUES (?, ?)", identities.items())
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def _follows(connection: sqlite3.Connection, identities: Mapping[str, str]) -> bool:
    if _pragma(connection, "user_version") != _VERSION:
        return False
    return dict(connection.execute("SELECT topic, identity FROM identities")) == identities


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
