"""Old records and old tombstones go when their time has come, and their space goes with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.topics import (
    COMMANDS,
    DEAD_LETTERS,
    DECISIONS,
    ITEMS,
    LABEL_OUTCOMES,
    LABEL_REQUESTS,
    LABELS,
    LEARNER_STATE,
    TEXTS,
    TOPICS,
)

DAY = 86_400.0


class Journal(SqliteJournal):
    """A journal whose clock the test sets."""

    def __init__(self, directory: Path) -> None:
        self.now = 0.0
        super().__init__(directory, clock=lambda: self.now)

    def write(self, now: float, *messages: Message) -> None:
        self.now = now
        self.append(messages)

    def times(self, topic: str) -> list[float]:
        places = {(topic, partition): 0 for partition in range(TOPICS[topic].partitions)}
        return [record.time for record in self.read(places, 10_000)]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path) as journal:
        yield journal


@pytest.mark.parametrize(("topic", "days"), [(TEXTS, 7), (ITEMS, 3), (DECISIONS, 7), (LABELS, 30), (DEAD_LETTERS, 30)])
def test_a_record_goes_when_its_time_has_come(journal: Journal, topic: str, days: int) -> None:
    for now in (0.0, 1.0, 2.0):
        journal.write(now, Message(topic, b"", key=b"%d" % now))

    journal.tidy(days * DAY + 1)

    assert journal.times(topic) == [1.0, 2.0]


def test_every_partition_is_tidied(journal: Journal) -> None:
    journal.write(0.0, *(Message(TEXTS, b"", partition=partition) for partition in range(4)))
    journal.write(1.0, *(Message(TEXTS, b"", partition=partition) for partition in range(4)))

    journal.tidy(7 * DAY + 1)

    assert journal.times(TEXTS) == [1.0] * 4


@pytest.mark.parametrize("topic", [LABEL_REQUESTS, LABEL_OUTCOMES, LEARNER_STATE, COMMANDS])
def test_what_has_no_retention_stays(journal: Journal, topic: str) -> None:
    journal.write(0.0, Message(topic, b"", key=b"k"))

    journal.tidy(10_000 * DAY)

    assert journal.times(topic) == [0.0]


def test_a_tombstone_stays_a_week(journal: Journal) -> None:
    journal.write(0.0, Message(LABEL_REQUESTS, None, key=b"first"), Message(LABEL_REQUESTS, b"open", key=b"other"))
    journal.write(1.0, Message(LABEL_REQUESTS, None, key=b"second"))

    journal.tidy(7 * DAY + 0.5)

    records = journal.read({(LABEL_REQUESTS, 0): 0}, 10)
    assert {record.key: record.value for record in records} == {b"other": b"open", b"second": None}


def test_more_records_go_than_fit_into_one_step(journal: Journal) -> None:
    journal.write(0.0, *[Message(LABELS, b"")] * 1_000)
    journal.write(0.0, *(Message(LABEL_REQUESTS, None, key=b"%d" % number) for number in range(1_000)))

    journal.tidy(31 * DAY)

    assert journal.times(LABELS) == journal.times(LABEL_REQUESTS) == []


def test_a_clock_that_was_set_back_leaves_no_hole(journal: Journal) -> None:
    for now in (10 * DAY, 0.0, 11 * DAY):
        journal.write(now, Message(LABELS, b""))

    journal.tidy(31 * DAY)
    assert journal.times(LABELS) == [10 * DAY, 0.0, 11 * DAY]

    journal.tidy(40 * DAY + 1)
    assert journal.times(LABELS) == [11 * DAY]


def test_the_space_is_given_back(journal: Journal, tmp_path: Path) -> None:
    journal.write(0.0, *[Message(ITEMS, b"\x01" * 400_000)] * 50)
    journal.write(0.0, Message(COMMANDS, b"stays"))
    journal.tidy(0.0)
    journal.close()
    full = (tmp_path / "sluice.db").stat().st_size

    with Journal(tmp_path) as tidied:
        tidied.tidy(4 * DAY)
        assert tidied.times(COMMANDS) == [0.0]

    assert full > 20_000_000
    assert (tmp_path / "sluice.db").stat().st_size < 1_000_000


def test_a_file_that_someone_made_unable_to_shrink_is_tidied_all_the_same(journal: Journal, tmp_path: Path) -> None:
    journal.write(0.0, *[Message(LABELS, b"\x01" * 100_000)] * 10)
    journal.close()
    with closing(sqlite3.connect(tmp_path / "sluice.db", isolation_level=None)) as connection:
        for statement in ("PRAGMA journal_mode = DELETE", "PRAGMA auto_vacuum = NONE", "VACUUM"):
            connection.execute(statement)

    with Journal(tmp_path) as rigid:
        rigid.tidy(31 * DAY)
        assert rigid.times(LABELS) == []


def test_what_was_dropped_cannot_be_read_from_the_file(journal: Journal, tmp_path: Path) -> None:
    journal.write(0.0, *[Message(LABELS, b"a secret of one reviewer")] * 500, Message(COMMANDS, b"not a secret"))

    journal.tidy(31 * DAY)
    journal.close()

    data = (tmp_path / "sluice.db").read_bytes()
    assert b"not a secret" in data
    assert b"a secret of one reviewer" not in data
