"""A journal's records -> what they prove, read by other programs than sluice: nothing of it is trusted here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition


@dataclass
class Findings:
    """What was counted, and every promise that was found broken, in words."""

    texts: int = 0
    decisions: int = 0
    asked: int = 0
    labels: int = 0
    outcomes: int = 0
    learned: int = 0
    broken: list[str] = field(default_factory=list)

    def expect(self, kept: bool, promise: str) -> None:
        """Note a promise that was not kept."""
        if not kept:
            self.broken.append(promise)


Records = Callable[[str], list[tuple[str, bytes | None]]]
"""A topic's committed records, in order: keys (empty where there is none) and values (None for a tombstone)."""


def audit(records: Records, budget: str, ids: Iterable[str], answered: Iterable[str]) -> Findings:
    """Judge the topics after all of ``ids`` were accepted as texts, and labels for the requests ``answered``."""
    found = Findings(texts=len(records("texts")))
    rows = [
        row
        for _, value in records("decisions")
        if value is not None
        for row in pa.ipc.open_stream(value).read_all().to_pylist()
    ]
    found.decisions = len(rows)
    decided, ids = Counter(row["id"] for row in rows), list(ids)
    found.expect(set(decided) == set(ids), f"{len(set(ids) - set(decided))} texts have no decision")
    found.expect(max(decided.values(), default=1) == 1, "a text was decided twice")
    origins = Counter(row["origin"] for row in rows)
    found.expect(max(origins.values(), default=1) == 1, "an origin was decided twice")
    asked = [row["origin"] for row in rows if row["verdict"] in ("ASK", "AUDIT")]
    found.asked = len(asked)
    requests = Counter(key for key, value in records("label-requests") if value is not None)
    requests |= Counter(dict.fromkeys((key for key, _ in records("label-requests")), 1))
    expected = {hashlib.sha256(origin.encode()).hexdigest()[:32] for origin in asked}
    found.expect(set(requests) == expected, f"requests and decisions differ by {len(set(requests) ^ expected)}")
    found.expect(max(requests.values(), default=1) == 1, "a request was issued twice")
    _audit_budget(rows, Fraction(budget), found)
    _audit_labels(records, list(answered), found)
    return found


def _audit_budget(rows: list[dict[str, Any]], budget: Fraction, found: Findings) -> None:
    asked = 0
    for seen, row in enumerate(rows, 1):
        asked += row["verdict"] in ("ASK", "AUDIT")
        if asked > budget * seen:
            found.broken.append(f"{asked} asked after {seen} texts")
            return


def _audit_labels(records: Records, answered: list[str], found: Findings) -> None:
    outcomes = [json.loads(value) for _, value in records("label-outcomes") if value is not None]
    learned = Counter(outcome["request_id"] for outcome in outcomes if outcome["outcome"] == "learned")
    found.learned = len(learned)
    found.expect(set(learned) == set(answered), f"{len(set(answered) ^ set(learned))} labels were not learned")
    found.expect(max(learned.values(), default=1) == 1, "a label was learned twice")
    found.labels, found.outcomes = len(records("labels")), len(outcomes)
    found.expect(found.outcomes == found.labels, f"{found.labels} label messages have {found.outcomes} outcomes")


@contextmanager
def file_records(file: Path) -> Iterator[Records]:
    """The records of an embedded journal's file; of a compacted topic only each key's last is there."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    query = "SELECT key, value FROM records WHERE topic = ? ORDER BY partition, offset"
    try:
        yield lambda topic: [((key or b"").decode(), value) for key, value in connection.execute(query, (topic,))]
    finally:
        connection.close()


def kafka_records(bootstrap: str, prefix: str, topics: Iterable[str]) -> Records:
    """The records of topics on a Kafka, read by a client of another make that takes committed ones only."""
    with _reader(bootstrap) as reader:
        read = {topic: _whole(reader, prefix + topic) for topic in topics}
    return lambda topic: [(_text(message.key()), message.value()) for message in read[topic]]


def _text(key: bytes | None) -> str:
    return (key or b"").decode()


@contextmanager
def _reader(bootstrap: str) -> Iterator[Consumer]:
    reader = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"auditor-{uuid.uuid4()}",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    try:
        yield reader
    finally:
        reader.close()


def _whole(reader: Consumer, topic: str) -> list[Message]:
    """Every record from the beginning to the end, by partitions."""
    partitions = reader.list_topics(topic, timeout=10).topics[topic].partitions
    reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
    records: dict[int, list[Message]] = {partition: [] for partition in partitions}
    ended: set[int] = set()
    while len(ended) < len(partitions):
        message = reader.poll(10.0)
        assert message is not None, f"nothing came from {topic}"
        if message.error() is None:
            records[message.partition()].append(message)
        elif message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
    return [record for partition in sorted(records) for record in records[partition]]
