"""Positions -> committed records of a Kafka: consumers that go on where they stand, or seek."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import OffsetOutOfRangeError

from services.edges.journal.base import JournalError, Positions, Record, Undecoded
from services.edges.journal.kafka_decoding import bound_decoding
from services.edges.journal.kafka_leaders import follow_leaders
from services.edges.journal.kafka_waits import forget_waits
from services.edges.kafka_client import connection
from services.edges.setting_names import variable
from services.edges.settings import KafkaSettings
from services.edges.topics import COMMANDS, ITEMS, LABELS, TEXTS
from services.edges.topics import topic as topic_named

_Place = tuple[str, int]
_INPUTS = (TEXTS, ITEMS, LABELS, COMMANDS)
"""Whose readers set aside what they cannot read; of all others nothing may be missing."""
_FETCH_BYTES = 12 * 2**20
_BACKLOG_BYTES = 2**20
_STATE_FETCH_BYTES = 2 * 2**20
"""A state is read once, at the start, and what that takes the process keeps: 45 MB less than with the larger one."""
_ANSWER_SECONDS = 0.02
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.2
"""How often a wait looks whether the journal was closed meanwhile."""
_FETCH_WAIT_MS = 50
_IDLE_READERS = 4


class Reader:
    """A consumer of some partitions. Not for several threads at once: see `Readers`."""

    def __init__(self, settings: KafkaSettings, places: frozenset[_Place]) -> None:
        self._prefix = settings.topic_prefix
        self._partitions = {place: TopicPartition(self._prefix + place[0], place[1]) for place in places}
        state = all(topic_named(topic).compacted for topic, _ in places)
        self._next: dict[_Place, int] = {}
        """Behind the last record that was returned, or where the consumer was sought to."""
        self._moved: dict[_Place, int] = {}
        """Positions that are kept no more, where the consumer stands behind: asked for until a record comes."""
        self._ahead: dict[TopicPartition, list[ConsumerRecord]] = {}
        """What came behind it already."""
        self._consumer = KafkaConsumer(
            **connection(settings),
            isolation_level="read_committed",
            auto_offset_reset="none",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=_STATE_FETCH_BYTES if state else _FETCH_BYTES,
            # A broker answers a connection's requests in turn: while a fetch waits there, so does every other request.
            fetch_max_wait_ms=_FETCH_WAIT_MS,
        )
        bound_decoding(self._consumer)
        follow_leaders(self._consumer)
        forget_waits(self._consumer)
        self._consumer.assign(list(self._partitions.values()))

    def read(self, positions: Positions, limit: int, wait: float, closed: Callable[[], bool]) -> list[Record]:
        """As `Journal.read`; stops waiting once the journal is ``closed``."""
        deadline = time.monotonic() + wait
        self._go(positions)
        if self._ahead:
            found, self._ahead = self._ahead, {}
            return self._records(found, limit)
        while not closed():
            left = deadline - time.monotonic()
            try:
                found = self._consumer.poll(int(1_000 * min(max(left, _ANSWER_SECONDS), _LOOK_SECONDS)), limit)
            except OffsetOutOfRangeError as error:
                self._return_into_range(error.args[0])
                continue
            if found:
                return self._records(found, limit)
            if left <= 0 and self._at_end():
                return []
            if left < -_PATIENCE_SECONDS:
                raise JournalError("Kafka does not send what it says it has: is a broker down?")
        return []

    def bounds(self) -> dict[_Place, tuple[int, int]]:
        """The oldest offset and the end of what is committed, of each partition."""
        lows = self._consumer.beginning_offsets(list(self._partitions.values()))
        ends = self._consumer.end_offsets(list(self._partitions.values()))
        return {place: (lows[partition], ends[partition]) for place, partition in self._partitions.items()}

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def _go(self, positions: Positions) -> None:
        elsewhere = [
            place
            for place, offset in positions.items()
            if offset not in (self._next.get(place), self._moved.get(place))
        ]
        if elsewhere and self._ahead:
            elsewhere, self._ahead = list(positions), {}
        for place in elsewhere:
            self._seek(place, positions[place])

    def _seek(self, place: _Place, offset: int) -> None:
        self._consumer.seek(self._partitions[place], offset)
        self._next[place] = offset
        self._moved.pop(place, None)

    def _at_end(self) -> bool:
        """Whether nothing that is committed by now was left unread: a short wait may end before an answer comes."""
        partitions = list(self._partitions.values())
        ends = self._consumer.end_offsets(partitions)
        return all((self._consumer.position(each) or 0) >= ends[each] for each in partitions)

    def _records(self, found: dict[TopicPartition, list[ConsumerRecord]], limit: int) -> list[Record]:
        if sum(len(each.value or b"") for several in found.values() for each in several) >= _BACKLOG_BYTES:
            self._look_ahead(limit)
        records = [self._record(each) for several in found.values() for each in several]
        ends = {(record.topic, record.partition): record.offset + 1 for record in records}
        self._next |= ends
        self._moved = {place: offset for place, offset in self._moved.items() if place not in ends}
        return records

    def _look_ahead(self, limit: int) -> None:
        """Let what follows come while this is handled: kafka-python asks for it only where it did not have to wait."""
        with suppress(OffsetOutOfRangeError):
            self._ahead = self._consumer.poll(0, limit)

    def _record(self, record: ConsumerRecord) -> Record:
        topic = record.topic.removeprefix(self._prefix)
        if isinstance(record.value, Undecoded) and topic not in _INPUTS:
            raise JournalError(
                f"{record.topic} is damaged ({record.value.detail}): restore it from a backup, or begin with another "
                f"{variable('kafka.topic_prefix')}"
            )
        return Record(
            topic, record.partition, record.offset, record.key, record.value,
            tuple((name, content or b"") for name, content in record.headers),  # Kafka's may have none
            record.timestamp / 1_000,
        )  # fmt: skip

    def _return_into_range(self, wanted: dict[TopicPartition, int]) -> None:
        """What was dropped by its retention is passed over; an end before our position is another topic's."""
        bounds = self.bounds()
        for place, partition in self._partitions.items():
            if partition not in wanted:
                continue
            low, end = bounds[place]
            if wanted[partition] > end:
                raise JournalError(
                    f"topic {partition.topic} ends at {end}, before {wanted[partition]} where it was read last: "
                    "was it deleted and created again? Then start this process again, to read the new one"
                )
            self._seek(place, low)
            self._moved[place] = wanted[partition]


class Readers:
    """Readers that are free, by their partitions: each is lent to one thread at a time."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._free: list[tuple[frozenset[_Place], Reader]] = []
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @contextmanager
    def reader(self, places: frozenset[_Place]) -> Iterator[Reader]:
        """A reader of exactly these partitions; one that failed is not used again."""
        reader = self._take(places) or Reader(self._settings, places)
        try:
            yield reader
        except BaseException:
            reader.close()
            raise
        self._give_back(places, reader)

    def close(self) -> None:
        """Close all that are free now, and the others when they are given back."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for _, reader in free:
            reader.close()

    def _take(self, places: frozenset[_Place]) -> Reader | None:
        with self._lock:
            for index, (own, reader) in enumerate(self._free):
                if own == places:
                    del self._free[index]
                    return reader
        return None

    def _give_back(self, places: frozenset[_Place], reader: Reader) -> None:
        with self._lock:
            self._free.append((places, reader))
            kept = 0 if self._closed else _IDLE_READERS
            leaving = self._free[: len(self._free) - kept] if len(self._free) > kept else []
            self._free = self._free[len(leaving) :]
        for _, each in leaving:
            each.close()
