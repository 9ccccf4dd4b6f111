"""What a broker sent to aiokafka -> records, and something that stands for each that cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.structs import ConsumerRecord, TopicPartition

from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Undecoded
from services.edges.json_object import MAX_BYTES
from services.edges.record_batches import DAMAGE, Batches, Failures, cut, undecoded

_REFUSED = (KafkaError, Unreadable, *DAMAGE)


def bound_decoding() -> None:
    """Let consumers of aiokafka that are made from here on pass over what cannot be decoded, and grow no batch too far.

    aiokafka itself ends at a batch with a wrong checksum or an unknown compression, each time it comes there, and
    uncompresses without a bound.
    """
    fetcher.MemoryRecords = partial(Batches, build=DefaultRecordBatch)
    fetcher.PartitionRecords = partial(_Records, Failures())


class _Records(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka is untyped
    """Ends early at a batch that cannot be decoded, so that it is fetched again; in the end goes on behind it."""

    next_fetch_offset: int

    def __init__(self, failures: Failures, *args: Any) -> None:
        super().__init__(*args)
        self._failures = failures

    def _unpack_records(self) -> Iterator[ConsumerRecord]:
        try:
            yield from super()._unpack_records()
        except _REFUSED as error:
            place, (begin, last) = self._tp, self._records.offsets
            if not self._failures.final(place.topic, place.partition, self.next_fetch_offset):
                return
            first, last = max(self.next_fetch_offset, begin), max(self.next_fetch_offset, last)
            self.next_fetch_offset = last + 1
            yield _record(place, last, undecoded(first, last, error, self._records.size))

    def _consumer_record(self, tp: TopicPartition, record: Any) -> ConsumerRecord:
        """One that is larger than any message keeps its beginning only: hundreds of them are read ahead."""
        kept = cut(record, MAX_BYTES)
        return super()._consumer_record(tp, record) if kept is None else _record(tp, record.offset, kept)


def _record(place: TopicPartition, offset: int, value: Undecoded) -> ConsumerRecord:
    return ConsumerRecord(place.topic, place.partition, offset, 0, 0, None, value, None, 0, len(value), ())
