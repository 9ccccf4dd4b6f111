"""So many records of a seed -> through a real Kafka and a process of the intake: what becomes of each, its memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from services.edges import batches
from services.edges.settings import KafkaSettings
from tests.attack.decoding import resident_megabytes
from tests.attack.mutators import records
from tests.integration.intake_worlds import Process
from tests.waiting import wait_for

_AT_ONCE = 20_000
_AHEAD = 60_000
"""So many are written before they are accounted for: the intake never waits for them to be made."""


@dataclass(frozen=True)
class Outcome:
    """Places (partition, offset) of all records, of texts that had to be refused, of items and of dead letters."""

    written: set[tuple[int, int]]
    certain: set[tuple[int, int]]
    good: set[tuple[int, int]]
    items: set[tuple[int, int]]
    letters: set[tuple[int, int]]
    grown_megabytes: float
    seconds: float

    @property
    def wrong(self) -> set[tuple[int, int]]:
        """Places that are not accounted for exactly once, or not by what they must be."""
        unaccounted = self.written ^ (self.items | self.letters)
        return unaccounted | (self.items & self.letters) | (self.certain & self.items) | (self.good & self.letters)


def attack_intake(kafka: KafkaSettings, count: int, seed: int, log: Path) -> Outcome:
    """Write so many records while a process of the intake reads them; wait until all are accounted for.

    Memory is taken from a fifth of the way on: by then all that is made once is there.
    """
    written: set[tuple[int, int]] = set()
    certain: set[tuple[int, int]] = set()
    good: set[tuple[int, int]] = set()
    places: list[tuple[int, int]] = []
    attacks, process, reader = islice(records(seed), count), Process(kafka, log), _Places(kafka)
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "compression.type": "lz4"})
    before, started = 0.0, time.monotonic()
    try:
        while chunk := list(islice(attacks, _AT_ONCE)):
            for number, each in enumerate(chunk):
                producer.produce(
                    f"{kafka.topic_prefix}texts", each.value, headers=list(each.headers), partition=number % 4,
                    on_delivery=lambda error, sent: places.append((sent.partition(), sent.offset())),
                )  # fmt: skip
                producer.poll(0)
            assert producer.flush(120) == 0
            written.update(places)
            certain.update(_placed(places, [each.certain for each in chunk]))
            good.update(_placed(places, [each.name == "good" for each in chunk]))
            places.clear()
            wait_for(lambda: reader.poll() >= len(written) - _AHEAD, 300)  # the next ones are made meanwhile
            if not before and len(written) >= count / 5:
                before = resident_megabytes(process.pid)
        wait_for(lambda: reader.poll() >= len(written), 300)
        grown = resident_megabytes(process.pid) - before
        return Outcome(written, certain, good, reader.items, reader.letters, grown, time.monotonic() - started)
    finally:
        process.kill()
        reader.close()


def _placed(places: list[tuple[int, int]], chosen: list[bool]) -> set[tuple[int, int]]:
    """The places of the chosen records: each partition has its share of them in the order in which they were sent."""
    sent = [sorted(place for place in places if place[0] == partition) for partition in range(4)]
    return {sent[number % 4][number // 4] for number, each in enumerate(chosen) if each}


class _Places:
    """Reads `items` and `dead-letters`, and keeps of each text and of each letter where it came from."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.items: set[tuple[int, int]] = set()
        self.letters: set[tuple[int, int]] = set()
        self._items = f"{kafka.topic_prefix}items"
        self._consumer = Consumer(
            {"bootstrap.servers": kafka.bootstrap, "group.id": "attack", "isolation.level": "read_committed"}
        )
        topics = (self._items, f"{kafka.topic_prefix}dead-letters")
        self._consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING) for topic in topics])

    def poll(self) -> int:
        """Take in what has come; says how many places are accounted for by now."""
        for record in self._consumer.consume(1_000, 0.1):
            assert record.error() is None, record.error()
            if record.topic() != self._items:
                self.letters.add(_place(record.key().decode()))
                continue
            batch = batches.decode(record.value())
            assert isinstance(batch, batches.ItemsBatch)
            self.items.update(map(_place, batch.items.origins))
        return len(self.items) + len(self.letters)

    def close(self) -> None:
        self._consumer.close()


def _place(origin: str) -> tuple[int, int]:
    *_, partition, offset = origin.split("/")
    return int(partition), int(offset)
