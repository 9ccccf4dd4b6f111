"""What a broker sent to kafka-python -> records, and something that stands for each that cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord, Fetcher
from kafka.errors import KafkaError
from kafka.record.default_records import DefaultRecordBatch

from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Undecoded
from services.edges.record_batches import DAMAGE, Batches, Failures, cut, undecoded

_MOST_BYTES = 4 * 2**20
"""What our own writers keep within; what others write is smaller."""
_REFUSED = (KafkaError, Unreadable, *DAMAGE)


def bound_decoding(consumer: KafkaConsumer) -> None:
    """Let this consumer pass over what cannot be decoded, and uncompress no batch too far.

    kafka-python itself ends at a batch with a wrong checksum or an unknown compression, each time it comes there, and
    uncompresses without a bound.
    """
    consumer._fetcher.PartitionRecords = partial(_Records, Failures())


class _Records(Fetcher.PartitionRecords):  # type: ignore[misc]  # kafka-python is untyped
    """Ends early at a batch that cannot be decoded, so that it is fetched again; in the end goes on behind it."""

    next_fetch_offset: int

    def __init__(self, failures: Failures, fetch_offset: int, tp: TopicPartition, records: Any, **options: Any) -> None:
        self._failures = failures
        super().__init__(fetch_offset, tp, Batches(records._buffer, DefaultRecordBatch), **options)

    def _unpack_records(self, tp: TopicPartition, records: Batches, *deserializers: Any) -> Iterator[ConsumerRecord]:
        try:
            for record in super()._unpack_records(tp, records, *deserializers):
                kept = cut(record, _MOST_BYTES)
                yield record if kept is None else _record(tp, record.offset, kept)
        except _REFUSED as error:
            if self._failures.final(tp.topic, tp.partition, self.next_fetch_offset):
                first = max(self.next_fetch_offset, records.offsets[0])
                last = max(self.next_fetch_offset, records.offsets[1])
                self.next_fetch_offset = last + 1
                yield _record(tp, last, undecoded(first, last, error, records.size))
            self.drain()


def _record(place: TopicPartition, offset: int, value: Undecoded) -> ConsumerRecord:
    return ConsumerRecord(place.topic, place.partition, -1, offset, 0, 0, None, value, [], None, 0, len(value), -1)
