"""The last embeddings of the stream come back from `items`, or from the state once `items` is about to forget them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from services.edges import batches, topics
from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.window_log import WindowLog
from stream.records import ClassNames, Entry, Floats, Items

NOON = 1_738_324_800.0
DAY = 86_400.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path, clock=lambda: NOON) as journal:
        yield journal


def embeddings(numbers: Sequence[int]) -> Floats:
    return np.array([[number / 2048, 1.0] for number in numbers], np.float32).reshape(-1, 2)


def append(journal: SqliteJournal, numbers: Sequence[int]) -> int:
    """Write a batch of items whose embeddings tell these numbers; its offset."""
    origins = [f"cluster/topic/0/{number}" for number in numbers]
    column = [""] * len(numbers)
    items = Items(origins, origins, column, embeddings(numbers), [None] * len(numbers), column)
    (offset,) = journal.append([Message(topics.ITEMS, batches.encode_items(items, "hashing"))])
    return offset


def passed(log: WindowLog, journal: SqliteJournal, numbers: Sequence[int], rows: Sequence[int] | None = None) -> None:
    """A batch was written and observed; ``rows`` of it were new, all unless told."""
    new = range(len(numbers)) if rows is None else rows
    log.passed(append(journal, numbers), np.array(new, np.int64), NOON)


def restored(log: WindowLog, journal: SqliteJournal, texts: int = 5) -> list[int]:
    """The numbers that another process finds in the window, after the state was written and read."""
    fields, arrays = log.save()
    window = WindowLog(texts).restore(Entry(json.loads(json.dumps(fields)), arrays), journal)
    return [round(float(row[0]) * 2048) for row in window]


def test_before_any_text_there_is_no_window(journal: SqliteJournal) -> None:
    assert WindowLog().restore(Entry(), journal).shape == (0, 0)
    assert restored(WindowLog(), journal) == []


def test_the_last_texts_come_back_from_several_batches_oldest_first(journal: SqliteJournal) -> None:
    log = WindowLog(5)
    for numbers in ([1, 2, 3, 4], [5], [6, 7, 8]):
        passed(log, journal, numbers)

    assert restored(log, journal) == [4, 5, 6, 7, 8]


def test_rows_that_were_not_new_are_left_out(journal: SqliteJournal) -> None:
    log = WindowLog(5)
    passed(log, journal, [1, 2, 3, 4, 5, 6], rows=[0, 1, 3, 5])
    passed(log, journal, [1, 2], rows=[])
    passed(log, journal, [7, 8], rows=[1])

    assert restored(log, journal) == [1, 2, 4, 6, 8]


def test_other_batches_between_them_are_passed_over(journal: SqliteJournal) -> None:
    log = WindowLog(5)
    passed(log, journal, [1, 2])
    names = ClassNames(("refund",), embeddings([9]), "digest")
    journal.append([Message(topics.ITEMS, batches.encode_classes(names, "hashing"))])
    passed(log, journal, [3])

    assert restored(log, journal) == [1, 2, 3]


def test_more_batches_than_are_read_at_once_come_back(journal: SqliteJournal) -> None:
    log = WindowLog(68)
    for number in range(70):
        passed(log, journal, [number])

    assert restored(log, journal, 68) == list(range(2, 70))


def test_places_are_kept_for_no_more_texts_than_the_window_holds(journal: SqliteJournal) -> None:
    log = WindowLog(3)
    for number in range(10):
        passed(log, journal, [number])

    assert len(log.save().fields["runs"]) == 3


def test_a_restored_log_goes_on(journal: SqliteJournal) -> None:
    log, next_log = WindowLog(5), WindowLog(5)
    passed(log, journal, [1, 2, 3, 4])
    next_log.restore(log.save(), journal)
    passed(next_log, journal, [5, 6])

    assert restored(next_log, journal) == [2, 3, 4, 5, 6]


def test_old_batches_are_copied_before_items_forgets_them(journal: SqliteJournal) -> None:
    log = WindowLog(5)
    assert not log.ages(NOON + 99 * DAY)
    passed(log, journal, [1, 2, 3, 4, 5, 6])
    assert not log.ages(NOON + 1.4 * DAY)
    assert log.ages(NOON + 1.6 * DAY)

    log.copy(embeddings([2, 3, 4, 5, 6]))
    assert not log.ages(NOON + 99 * DAY)
    journal.tidy(NOON + 99 * DAY)
    assert restored(log, journal) == [2, 3, 4, 5, 6]


def test_copied_embeddings_leave_as_new_texts_come(journal: SqliteJournal) -> None:
    log = WindowLog(5)
    log.copy(embeddings([1, 2, 3, 4, 5]))
    passed(log, journal, [6, 7])
    assert restored(log, journal) == [3, 4, 5, 6, 7]

    again = WindowLog(5)
    again.restore(log.save(), journal)
    passed(again, journal, [8, 9, 10])
    assert restored(again, journal) == [6, 7, 8, 9, 10]
    assert len(again.save().arrays["copied"]) == 0


def test_the_window_goes_on_without_what_items_has_lost(journal: SqliteJournal) -> None:
    log, again = WindowLog(5), WindowLog(5)
    passed(log, journal, [1, 2])
    journal.tidy(NOON + 99 * DAY)
    passed(log, journal, [3])

    with capture_logs() as logs:
        window = again.restore(log.save(), journal)
    assert np.array_equal(window, embeddings([3]))
    assert [(each["event"], each["count"]) for each in logs] == [("window_lost", 2)]
    passed(again, journal, [4, 5])
    assert restored(again, journal) == [3, 4, 5]
