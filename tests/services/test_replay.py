"""Data sets as traffic: in order, at a rate, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from services.edges import texts
from services.edges.datasets import Dataset, Row
from services.edges.journal.base import Message, Positions, Record
from services.edges.journal.sqlite import SqliteJournal
from services.edges.messages import TextMessage
from services.replay import Replay

NOON = 1_738_324_800.0


def _dataset(rows: int, digest: str = "0" * 64) -> Dataset:
    return Dataset("set", digest, tuple(Row(f"t{n}", f"text {n}", f"label {n % 3}", NOON + n) for n in range(rows)))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path) as journal:
        yield journal


def _written(journal: SqliteJournal) -> list[TextMessage]:
    return [texts.parse(record) for record in journal.read({("texts", 0): 0}, 10_000)]


def test_rows_become_texts_in_their_order_without_labels(journal: SqliteJournal) -> None:
    assert list(Replay(journal, _dataset(3)).run(Event())) == [3]
    assert _written(journal) == [
        TextMessage(text=f"text {n}", id=f"t{n}", source="set", time=NOON + n) for n in range(3)
    ]


def test_labels_are_sent_where_they_are_asked_for(journal: SqliteJournal) -> None:
    list(Replay(journal, _dataset(1), with_labels=True).run(Event()))
    assert _written(journal)[0].label == "label 0"


def test_progress_counts_the_rows(journal: SqliteJournal) -> None:
    assert list(Replay(journal, _dataset(1_200)).run(Event())) == [500, 1_000, 1_200]


def test_a_replay_goes_on_where_an_earlier_one_ended(journal: SqliteJournal) -> None:
    Replay(journal, _dataset(1_200)).step()
    again = Replay(journal, _dataset(1_200))
    assert again.sent == 500
    list(again.run(Event()))
    assert [text.id for text in _written(journal)] == [f"t{n}" for n in range(1_200)]


def test_a_second_replay_of_the_same_file_changes_nothing(journal: SqliteJournal) -> None:
    list(Replay(journal, _dataset(3)).run(Event()))
    again = Replay(journal, _dataset(3))
    assert again.done
    assert list(again.run(Event())) == []
    assert len(_written(journal)) == 3


def test_a_replay_of_less_than_was_sent_is_done_and_one_of_more_goes_on(journal: SqliteJournal) -> None:
    list(Replay(journal, _dataset(5).first(3)).run(Event()))
    less = Replay(journal, _dataset(5).first(2))
    assert (less.done, list(less.run(Event()))) == (True, [])
    list(Replay(journal, _dataset(5).first(None)).run(Event()))
    assert [text.id for text in _written(journal)] == [f"t{n}" for n in range(5)]


def test_other_texts_and_other_files_do_not_confuse_it(journal: SqliteJournal) -> None:
    list(Replay(journal, _dataset(3, digest="f" * 64)).run(Event()))
    journal.append([Message("texts", b"plain", headers=(("replay", b"\xff"),))])
    assert Replay(journal, _dataset(3)).sent == 0


def test_at_a_rate_rows_are_sent_when_they_are_due(journal: SqliteJournal) -> None:
    now = [100.0]
    replay = Replay(journal, _dataset(10), rate=2.0, clock=lambda: now[0])
    sent = []
    for now[0] in (100.0, 100.4, 100.5, 102.0, 200.0):
        replay.step()
        sent.append(replay.sent)
    assert sent == [1, 1, 2, 5, 10]
    assert replay.done


def test_a_resumed_replay_does_not_hurry_to_catch_up(journal: SqliteJournal) -> None:
    now = [100.0]
    Replay(journal, _dataset(10), rate=2.0, clock=lambda: now[0]).step()
    again = Replay(journal, _dataset(10), rate=2.0, clock=lambda: now[0])
    again.step()
    assert again.sent == 2


def test_looking_for_an_earlier_replay_takes_nothing_from_the_time_of_the_rows(tmp_path: Path) -> None:
    now = [100.0]

    class SlowJournal(SqliteJournal):
        def read(self, positions: Positions, limit: int, wait: float = 0.0) -> list[Record]:
            now[0] += 60.0
            return super().read(positions, limit, wait)

    with SlowJournal(tmp_path) as journal:
        replay = Replay(journal, _dataset(10), rate=2.0, clock=lambda: now[0])
        replay.step()
    assert replay.sent == 1


def test_it_stops_when_it_is_asked_to(journal: SqliteJournal) -> None:
    stop = Event()
    replay = Replay(journal, _dataset(1_200))
    for _ in replay.run(stop):
        stop.set()
    assert replay.sent == 500


def test_a_row_that_no_text_may_be_is_sent_for_intake_to_set_aside(journal: SqliteJournal) -> None:
    list(Replay(journal, Dataset("set", "0" * 64, (Row("t", "x" * 10_001, None, None),))).run(Event()))
    assert len(journal.read({("texts", 0): 0}, 10)) == 1


def test_at_the_highest_rate_all_rows_are_sent_at_once(journal: SqliteJournal) -> None:
    now = [0.0]
    replay = Replay(journal, _dataset(10), rate=1e308, clock=lambda: now[0])
    now[0] = 10.0
    assert replay.step() == 10


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_must_be_a_number_above_zero(journal: SqliteJournal, rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        Replay(journal, _dataset(1), rate=rate)
