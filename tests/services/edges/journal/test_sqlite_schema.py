"""A file that is not a journal is left as it is, and one line says how to mend it."""

from __future__ import annotations

import errno
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from services.edges.journal.base import JournalError, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.journal.sqlite_schema import DirectoryIsFile, connect, explained, prepare
from services.edges.topics import LABELS
from tests.full_disks import files_up_to


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sluice.db"


def refusal(directory: Path) -> str:
    """What opening the directory is answered with; always one line that names the file."""
    with pytest.raises(JournalError) as error:
        SqliteJournal(directory)
    message = str(error.value)
    assert message.startswith(str(directory / "sluice.db "))
    assert "\n" not in message
    return message


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def filled(directory: Path) -> None:
    with SqliteJournal(directory) as journal:
        for _ in range(200):
            journal.append([Message(LABELS, b"\x01" * 20_000)])


def test_a_new_file_is_durable_and_can_shrink(tmp_path: Path) -> None:
    path = prepare(tmp_path / "a" / "b")

    assert pragma(path, "journal_mode") == "wal"
    assert pragma(path, "auto_vacuum") == 2
    with closing(connect(path)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_many_may_open_a_new_directory_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        journals = list(threads.map(lambda _: SqliteJournal(tmp_path), range(8)))

    assert len({journal.identity(LABELS) for journal in journals}) == 1
    for journal in journals:
        journal.close()


@pytest.mark.parametrize("begun", [(), ("PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL")], ids=len)
def test_a_file_whose_making_was_cut_short_is_made_again(path: Path, begun: tuple[str, ...]) -> None:
    path.touch()
    with closing(sqlite3.connect(path)) as connection:
        for statement in begun:
            connection.execute(statement)

    with SqliteJournal(path.parent) as journal:
        assert journal.append([Message(LABELS, b"")]) == [0]
    assert pragma(path, "auto_vacuum") == 2


def test_a_file_that_someone_took_out_of_its_mode_is_put_back(path: Path) -> None:
    SqliteJournal(path.parent).close()
    assert pragma(path, "journal_mode = DELETE") == "delete"

    SqliteJournal(path.parent).close()

    assert pragma(path, "journal_mode") == "wal"


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("a shopping list: milk, bread\n" * 100)
    before = path.read_bytes()

    assert "is not a SQLite file: move it away" in refusal(path.parent)
    assert path.read_bytes() == before


@pytest.mark.parametrize("statement", ["CREATE TABLE notes (text)", "PRAGMA user_version = 3"])
def test_another_programs_database_is_left_alone(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    before = path.read_bytes()

    assert "belongs to another program: move it away" in refusal(path.parent)
    assert path.read_bytes() == before


def test_a_newer_format_is_left_to_a_newer_sluice(path: Path) -> None:
    SqliteJournal(path.parent).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")

    assert "was written by a newer sluice (format 2, here 1): update sluice" in refusal(path.parent)


def test_a_directory_in_place_of_the_file_is_named(path: Path) -> None:
    path.mkdir()

    assert "cannot be opened" in refusal(path.parent)


def test_a_file_in_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    for directory in (tmp_path / "data", tmp_path / "data" / "below"):
        with pytest.raises(DirectoryIsFile, match=f"^{tmp_path}/data is a file: name a directory with --data"):
            prepare(directory)


def test_a_directory_that_may_not_be_written_is_named(path: Path) -> None:
    with pytest.raises(JournalError, match=r"Permission denied.*check its rights"), explained(path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_the_file_that_may_not_be_used_is_the_one_that_is_named(path: Path) -> None:
    (path.parent / "sluice.db.lock").mkdir()
    with pytest.raises(JournalError, match=r"sluice\.db\.lock cannot be used \(Is a directory\)"):
        prepare(path.parent)


def test_a_damaged_file_is_named(path: Path) -> None:
    filled(path.parent)
    with path.open("r+b") as file:
        file.seek(16_384)
        file.write(b"\xa5" * (path.stat().st_size - 2 * 16_384))

    with pytest.raises(JournalError, match="is damaged: restore a backup"), SqliteJournal(path.parent) as journal:
        journal.read({(LABELS, 0): 0}, 1_000)


def test_a_file_that_was_cut_off_is_named(path: Path) -> None:
    filled(path.parent)
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(JournalError, match="is damaged: restore a backup"), SqliteJournal(path.parent) as journal:
        journal.read({(LABELS, 0): 0}, 1_000)


def test_a_full_disk_is_named(path: Path) -> None:
    prepare(path.parent)

    with closing(connect(path)) as connection:
        connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(JournalError, match="the disk is full: free some space"), explained(path):
            connection.execute("INSERT INTO records VALUES ('labels', 0, 0, NULL, zeroblob(1000000), NULL, 0)")


def test_a_disk_without_room_for_the_shared_memory_is_named(tmp_path: Path) -> None:
    prepare(tmp_path)
    with files_up_to(16_384):
        told = refusal(tmp_path)
    assert "the disk is full: free some space" in told


def test_a_lock_that_another_program_keeps_is_named(path: Path) -> None:
    prepare(path.parent)

    with closing(connect(path)) as holder, closing(connect(path)) as connection:
        holder.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(JournalError, match="locked by another program for 30 s: end that program"), explained(path):
            connection.execute("BEGIN IMMEDIATE")
