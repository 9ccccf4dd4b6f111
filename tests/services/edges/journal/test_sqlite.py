"""What the SQLite journal promises beyond the contract: its table, its offsets, and who holds a name."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from services.edges.journal.base import JournalBusy, JournalDamaged, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.topics import COMMANDS, DECISIONS, ITEMS, LABELS, LEARNER_STATE


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path, clock=clock) as journal:
        yield journal


def test_anyone_may_read_the_table_of_records(tmp_path: Path, journal: SqliteJournal, clock: Clock) -> None:
    clock.now = 1_700_000_000.25
    journal.append([Message(DECISIONS, b"\x00value", headers=(("reason", b"audit"),)), Message(LABELS, None, key=b"k")])

    with closing(sqlite3.connect(tmp_path / "sluice.db")) as reader:
        rows = reader.execute(
            "SELECT topic, partition, offset, key, value, headers, time FROM records ORDER BY topic"
        ).fetchall()

    assert rows == [
        ("decisions", 0, 0, None, b"\x00value", '[["reason", "audit"]]', 1_700_000_000.25),
        ("labels", 0, 0, b"k", None, None, 1_700_000_000.25),
    ]


def test_offsets_have_no_gaps_and_start_at_zero_in_each_place(journal: SqliteJournal) -> None:
    assert journal.append([Message(LABELS, b""), Message(COMMANDS, b""), Message(LABELS, b"")]) == [0, 0, 1]
    assert journal.append([Message(LABELS, b"")]) == [2]


def test_no_offset_is_ever_used_twice(journal: SqliteJournal, clock: Clock) -> None:
    journal.append([Message(LABELS, b"")] * 3)
    with journal.writer("learner") as writer:
        for _ in range(5):
            writer.commit([], {"key": b""}, {})
        writer.commit([], {"key": None}, {})
    clock.now = 1e9
    journal.tidy(clock.now)
    assert journal.read({(LABELS, 0): 0, (LEARNER_STATE, 0): 0}, 10) == []

    assert journal.bounds(LABELS) == {(LABELS, 0): (3, 3)}
    assert journal.append([Message(LABELS, b"")]) == [3]
    assert journal.append([Message(LEARNER_STATE, b"", key=b"key")]) == [6]


def test_an_update_replaces_the_record_of_its_key_at_the_end(journal: SqliteJournal) -> None:
    def state(key: bytes, value: bytes) -> Message:
        return Message(LEARNER_STATE, value, key=key)

    journal.append([state(b"a", b"1"), state(b"b", b"1")])
    journal.append([state(b"a", b"2"), state(b"a", b"3")])

    records = journal.read({(LEARNER_STATE, 0): 0}, 10)
    assert [(record.offset, record.key, record.value) for record in records] == [(1, b"b", b"1"), (3, b"a", b"3")]


def test_of_several_topics_the_oldest_records_are_read_first(journal: SqliteJournal, clock: Clock) -> None:
    for clock.now, topic in enumerate((LABELS, ITEMS, LABELS, ITEMS)):
        journal.append([Message(topic, b"")])

    records = journal.read({(ITEMS, 0): 0, (LABELS, 0): 0}, 3)

    assert [(record.topic, record.time) for record in records] == [(LABELS, 0.0), (ITEMS, 1.0), (LABELS, 2.0)]


def test_who_is_told_that_the_name_is_held_is_told_by_whom(tmp_path: Path, journal: SqliteJournal) -> None:
    with journal.writer("learner"), pytest.raises(JournalBusy) as busy:
        journal.writer("learner", wait=False)

    assert str(busy.value) == (
        f"{tmp_path}/sluice.db already has a learner, process {os.getpid()}: end it, or choose another data directory"
    )


def test_many_threads_share_one_journal_and_leave_nothing_open(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as journal, ThreadPoolExecutor(16) as threads:
        for _ in threads.map(lambda number: journal.append([Message(LABELS, b"%d" % number)]), range(64)):
            pass
        read = threads.map(lambda _: len(journal.read({(LABELS, 0): 0}, 100)), range(64))
        assert set(read) == {64}

    # SQLite removes the log when the last connection is closed.
    assert not (tmp_path / "sluice.db-wal").exists()


def test_a_log_that_another_program_reads_is_not_waited_for(tmp_path: Path, journal: SqliteJournal) -> None:
    journal.append([Message(LABELS, b"")])
    with closing(sqlite3.connect(tmp_path / "sluice.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM records").fetchall()
        journal.append([Message(LABELS, b"")])
        started = time.monotonic()
        assert not journal.scrub()
        assert time.monotonic() - started < 5.0
    assert journal.scrub()
    assert (tmp_path / "sluice.db-wal").stat().st_size == 0


def test_nothing_is_accepted_into_a_file_that_was_removed(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as journal, journal.writer("learner") as writer:
        journal.append([Message(LABELS, b"kept")])
        (tmp_path / "sluice.db").unlink()
        with pytest.raises(JournalDamaged, match="was moved or removed"):
            journal.append([Message(LABELS, b"lost")])
        with SqliteJournal(tmp_path) as anew:
            assert anew.append([Message(LABELS, b"first")]) == [0]
            with pytest.raises(JournalDamaged, match="was moved or removed"):
                writer.renew()


@pytest.mark.parametrize("who", ["reader", "writer"])
def test_what_was_accepted_is_saved_where_the_log_was_removed(tmp_path: Path, who: str) -> None:
    with SqliteJournal(tmp_path) as journal:
        journal.append([Message(LABELS, b"accepted")])
        journal.read({(LABELS, 0): 0}, 1)
        (tmp_path / "sluice.db-wal").unlink()
        with pytest.raises(JournalDamaged, match=r"sluice\.db-wal was moved or removed .*all of it was saved"):
            journal.read({(LABELS, 0): 0}, 1) if who == "reader" else journal.append([Message(LABELS, b"refused")])
        # As after the process ended without a word: the log that nobody can find is gone.
        shutil.copy(tmp_path / "sluice.db", tmp_path / "killed.db")
    with closing(sqlite3.connect(tmp_path / "killed.db")) as killed:
        assert killed.execute("SELECT value FROM records WHERE topic = 'labels'").fetchall() == [(b"accepted",)]


def test_a_log_that_another_process_made_anew_is_refused(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as journal:
        journal.append([Message(LABELS, b"accepted")])
        log = tmp_path / "sluice.db-wal"
        log.rename(tmp_path / "moved")
        log.touch()
        with pytest.raises(JournalDamaged, match="put it back"):
            journal.append([Message(LABELS, b"refused")])
        (tmp_path / "moved").rename(log)
