"""Records into batches: each text with its embedding, and the ranges that a batch accounts for."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from services.attempts import Attempts
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import Record
from services.edges.metrics import Metrics
from services.intake.batching import Batcher, cover, decode, encode, holes
from tests.services.intake.fragile import Fragile


def test_halving_keeps_each_text_with_its_embedding() -> None:
    texts = ["a", "poison", "b", "c", "poison", "d"]
    rows = encode(texts, Fragile())
    assert list(rows) == [0, 2, 3, 5]
    assert np.array_equal(np.stack(list(rows.values())), HashingEncoder().encode(["a", "b", "c", "d"]))


def test_a_range_begins_where_the_last_one_ended_whatever_lies_between() -> None:
    records = [_record(0, 5), _record(1, 3), _record(0, 9)]
    assert cover(records, {0: 4, 1: 3, 2: 8}) == {0: (4, 10), 1: (3, 4)}


def test_a_hole_is_found_before_the_first_record_of_a_partition_and_between_two() -> None:
    records = [_record(0, 4), _record(1, 3), _record(0, 5)]
    assert holes(records, {0: 4, 1: 3}) == []
    assert holes([*records, _record(0, 9)], {0: 4, 1: 2}) == [(1, 2), (0, 6)]


@pytest.mark.parametrize("value", [b"{", b"\xff", b"{}", b'{"text": 7}', b'{"text": "a", "text": "b"}'])
def test_what_cannot_be_read_keeps_nothing_of_its_batch_alive(value: bytes) -> None:
    decode([_record(0, 5, value)])
    gc.collect()
    decoded = decode([_record(0, 5), _record(0, 6, value)])
    assert [record.offset for record, _ in decoded.failed] == [6]
    del decoded
    assert gc.collect() == 0


def test_how_far_the_texts_own_times_lag_is_that_of_the_newest_and_texts_without_one_change_nothing() -> None:
    metrics = Metrics(CollectorRegistry())
    batcher = Batcher(HashingEncoder(), "cluster/topic", metrics, clock=lambda: 1_738_324_800.0 + 90.0)
    values = [b'{"text": "a", "time": "2025-01-31T12:00:00Z"}', b'{"text": "b", "time": "2025-01-31T11:00:00Z"}']
    for texts in (values, [b"bare"]):
        records = [_record(0, offset, value) for offset, value in enumerate(texts)]
        batcher.count(batcher.batch(records, {0: (0, len(records))}, Attempts()))
        assert metrics.registry.get_sample_value("sluice_event_time_lag_seconds") == 90.0


def _record(partition: int, offset: int, value: bytes = b"text") -> Record:
    return Record("texts", partition, offset, None, value, (), 0.0)
