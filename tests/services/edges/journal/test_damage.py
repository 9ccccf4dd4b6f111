"""A file that is damaged where SQLite does not notice it -> one line for whatever came of it; bugs stay bugs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.cli.errors import blamed_on_damage
from services.edges.journal.base import JournalDamaged, JournalError, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.journal.sqlite_schema import FILE_NAME, damage
from services.edges.listening import PortTaken
from services.edges.settings import SettingsError
from services.edges.topics import LABELS

_PAGE = 16_384


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A journal with some records, closed cleanly."""
    with SqliteJournal(tmp_path) as journal:
        journal.append([Message(LABELS, b"label" * 100, str(number)) for number in range(2_000)])
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def _spoil(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // _PAGE * _PAGE)
        file.write(bytes(_PAGE))


def test_what_fails_on_a_damaged_file_is_told_in_one_line(file: Path) -> None:
    _spoil(file)

    told = "is damaged: restore a backup, or move it away"
    with pytest.raises(JournalDamaged, match=told) as caught, blamed_on_damage(file):
        raise ValueError("a utility is from 0 to 1, not nan")

    assert "\n" not in str(caught.value)
    assert damage(file)


@pytest.mark.parametrize(
    "known",
    [JournalError("the disk is full"), PermissionError("no"), PortTaken("port"), SettingsError("setting")],
    ids=["journal", "system", "port", "settings"],
)
def test_what_is_told_in_one_line_anyway_is_let_pass(file: Path, known: Exception) -> None:
    _spoil(file)

    with pytest.raises(type(known), match=str(known)), blamed_on_damage(file):
        raise known


def test_a_bug_is_a_bug_where_the_file_is_whole_or_not_there(file: Path) -> None:
    for path in (file, file.with_name("nothing.db")):
        with pytest.raises(ValueError, match="nan"), blamed_on_damage(path):
            raise ValueError("nan")
    assert damage(file) == ""
