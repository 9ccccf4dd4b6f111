"""Texts into items: nothing is lost, nothing stops, and what was covered is said exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from services.edges import batches
from services.edges.batches import ClassesBatch, ItemsBatch
from services.edges.dead_letters import read_dead_letters
from services.edges.encoders.base import Encoder
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import JournalBusy, JournalError, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.metrics import Metrics
from services.edges.settings import TaskClass
from services.intake.batching import READ_RECORDS
from services.intake.embedded import Intake
from stream.records import Items
from tests.services.intake.fragile import Fragile

CLASSES = [TaskClass(name="card_lost"), TaskClass(name="refund", description="money back")]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path) as journal:
        yield journal


def _intake(
    journal: SqliteJournal,
    encoder: Encoder | None = None,
    classes: Sequence[TaskClass] = (),
    metrics: Metrics | None = None,
) -> Intake:
    return Intake(journal, encoder or HashingEncoder(), classes, metrics or Metrics(CollectorRegistry()))


def _texts(*values: bytes, partition: int = 0) -> list[Message]:
    return [Message("texts", value, partition=partition) for value in values]


def _read(journal: SqliteJournal) -> list[ItemsBatch | ClassesBatch]:
    return [batches.decode(record.value or b"") for record in journal.read({("items", 0): 0}, 1_000)]


def _items(journal: SqliteJournal) -> list[Items]:
    return [batch.items for batch in _read(journal) if isinstance(batch, ItemsBatch)]


def test_each_text_becomes_an_item_with_its_origin_and_its_embedding(journal: SqliteJournal) -> None:
    journal.append(_texts(b'{"text": "lost card", "id": "t1", "label": "card_lost", "source": "chat"}', b"bare"))
    with _intake(journal) as intake:
        assert intake.step(0) == 2
    (items,) = _items(journal)
    identity = journal.identity("texts")
    assert items.origins == [f"{identity}/0/0", f"{identity}/0/1"]
    assert items.ids == ["t1", f"{identity}/0/1"]
    assert (items.texts, items.labels, items.sources) == (["lost card", "bare"], ["card_lost", None], ["chat", ""])
    assert np.array_equal(items.embeddings, HashingEncoder().encode(["lost card", "bare"]))
    assert items.covered == {f"{identity}/0": (0, 2)}


def test_without_texts_nothing_is_written(journal: SqliteJournal) -> None:
    with _intake(journal) as intake:
        assert intake.step(0) == 0
    assert _read(journal) == []


def test_ranges_chain_over_batches_partitions_and_restarts(journal: SqliteJournal) -> None:
    source = journal.identity("texts")
    for texts in (_texts(b"a") + _texts(b"b", b"\xff", partition=2), _texts(b"c", b"{")):
        journal.append(texts)
        with _intake(journal) as intake:
            intake.step(0)
            assert intake.step(0) == 0
    assert [items.covered for items in _items(journal)] == [
        {f"{source}/0": (0, 1), f"{source}/2": (0, 2)},
        {f"{source}/0": (1, 3)},
    ]


def test_unreadable_texts_are_set_aside_and_the_flow_goes_on(journal: SqliteJournal) -> None:
    metrics = Metrics(CollectorRegistry(), sources=["chat"])
    deep = b'{"text": "a", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    journal.append(_texts(b"\xff", b"{", deep, b'{"text": "good", "source": "chat"}', b" ", b"x" * 10_001))
    with _intake(journal, metrics=metrics) as intake:
        assert intake.step(0) == 6
    (items,) = _items(journal)
    assert items.texts == ["good"]
    assert items.covered[f"{journal.identity('texts')}/0"] == (0, 6)
    letters = read_dead_letters(journal)
    assert [letter.reason.value for letter in letters] == ["not_utf8", "not_json", "too_deep", "empty_text", "too_long"]
    assert letters[0].origin == f"{journal.identity('texts')}/0/0"
    sample = metrics.registry.get_sample_value
    assert sample("sluice_dead_letters_total", {"topic": "texts", "reason": "too_deep"}) == 1
    assert sample("sluice_texts_total", {"source": "chat"}) == 1


def test_dead_letters_alone_still_cover_their_range(journal: SqliteJournal) -> None:
    journal.append(_texts(b"\xff"))
    with _intake(journal) as intake:
        intake.step(0)
    (items,) = _items(journal)
    assert len(items) == 0
    assert items.covered == {f"{journal.identity('texts')}/0": (0, 1)}


def test_a_text_that_the_encoder_cannot_embed_is_set_aside_alone(journal: SqliteJournal) -> None:
    values = [b"text %d" % number for number in range(20)]
    values[3], values[4], values[17] = b"poison", b"nan", b"more poison"
    journal.append(_texts(*values))
    with _intake(journal, Fragile()) as intake:
        intake.step(0)
    (items,) = _items(journal)
    assert items.texts == [value.decode() for row, value in enumerate(values) if row not in (3, 4, 17)]
    assert np.array_equal(items.embeddings, HashingEncoder().encode(items.texts))
    letters = read_dead_letters(journal)
    assert [letter.value for letter in letters] == [b"poison", b"nan", b"more poison"]
    assert {letter.reason.value for letter in letters} == {"encoder_failed"}


def test_an_encoder_that_embeds_nothing_at_all_ends_the_intake_and_no_text_is_lost(journal: SqliteJournal) -> None:
    journal.append(_texts(b"a", b"b"))
    encoder = Fragile()
    encoder.broken = True
    with _intake(journal, encoder) as intake, pytest.raises(RuntimeError, match="tokenizer"):
        intake.step(0)
    assert read_dead_letters(journal) == []
    with _intake(journal) as intake:
        assert intake.step(0) == 2


def test_many_long_texts_are_cut_into_batches_that_chain(journal: SqliteJournal) -> None:
    journal.append(_texts(*[json.dumps({"text": f"{number} " * 1_400}).encode() for number in range(READ_RECORDS)]))
    with _intake(journal) as intake:
        assert intake.step(0) == READ_RECORDS
    found = _items(journal)
    partition = f"{journal.identity('texts')}/0"
    assert len(found) > 1
    assert sum(map(len, found)) == READ_RECORDS
    ends = [items.covered[partition] for items in found]
    assert [low for low, _ in ends] == [0, *(high for _, high in ends[:-1])]
    assert ends[-1][1] == READ_RECORDS


def test_the_tasks_classes_are_announced_once_before_the_first_items(journal: SqliteJournal) -> None:
    journal.append(_texts(b"a"))
    for _ in range(2):
        with _intake(journal, classes=CLASSES) as intake:
            intake.step(0)
    first, second = _read(journal)
    assert isinstance(first, ClassesBatch)
    assert first.names.names == ("card_lost", "refund")
    assert first.encoder == "hashing"
    assert isinstance(second, ItemsBatch)


@pytest.mark.parametrize(
    ("encoder", "classes"), [(HashingEncoder("64"), CLASSES), (HashingEncoder(), CLASSES[:1])], ids=["encoder", "class"]
)
def test_other_classes_or_another_encoder_are_announced_anew(
    journal: SqliteJournal, encoder: Encoder, classes: Sequence[TaskClass]
) -> None:
    _intake(journal, classes=CLASSES).close()
    _intake(journal, encoder, classes).close()
    assert len(_read(journal)) == 2


def test_a_task_without_classes_announces_nothing(journal: SqliteJournal) -> None:
    _intake(journal).close()
    assert _read(journal) == []


def test_texts_that_were_dropped_before_they_were_read_stop_the_intake(tmp_path: Path) -> None:
    clock = [0.0]
    with SqliteJournal(tmp_path, clock=lambda: clock[0]) as journal:
        journal.append(_texts(b"a"))
        with _intake(journal) as intake:
            intake.step(0)
            journal.append(_texts(b"b", b"c"))
            clock[0] += 30 * 86_400
            journal.append(_texts(b"d"))
            journal.tidy(clock[0])
            with pytest.raises(JournalError, match="texts 1 to 2 of partition 0 were dropped"):
                intake.step(0)
        with pytest.raises(JournalError, match="texts 1 to 2 of partition 0 were dropped"):
            _intake(journal)


def test_texts_that_were_dropped_before_the_first_start_are_no_gap(tmp_path: Path) -> None:
    clock = [0.0]
    with SqliteJournal(tmp_path, clock=lambda: clock[0]) as journal:
        journal.append(_texts(b"a"))
        clock[0] += 30 * 86_400
        journal.append(_texts(b"b"))
        journal.tidy(clock[0])
        with _intake(journal) as intake:
            intake.step(0)
        (items,) = _items(journal)
        assert items.covered == {f"{journal.identity('texts')}/0": (1, 2)}


def test_a_crash_before_the_commit_loses_and_repeats_nothing(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(_texts(b"a", b"{"))
    intake = _intake(journal)
    monkeypatch.setattr(batches, "pack", _crash)
    with pytest.raises(KeyboardInterrupt):
        intake.step(0)
    intake.close()
    monkeypatch.undo()
    with _intake(journal) as intake:
        intake.step(0)
    assert [text for items in _items(journal) for text in items.texts] == ["a"]
    assert len(read_dead_letters(journal)) == 1


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_there_is_one_intake_at_a_time(journal: SqliteJournal) -> None:
    with _intake(journal), pytest.raises(JournalBusy):
        journal.writer("intake", wait=False)
