"""What else may stand in the topics of a Kafka -> read by the learner's side as any other record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from services.edges.dead_letters import DeadLetter, Fault, Unreadable, dead_letter
from services.edges.journal.base import Message, Record
from services.edges.journal.kafka import KafkaJournal
from services.edges.journal.kafka_reader import Reader
from services.edges.settings import KafkaSettings
from services.edges.topics import LABELS
from tests.integration.intake_worlds import Topics

pytestmark = pytest.mark.slow
PLACE = (LABELS, 0)


@pytest.fixture
def journal(kafka: KafkaSettings) -> Iterator[KafkaJournal]:
    with KafkaJournal(kafka) as journal:
        yield journal


def test_a_header_without_a_value_ends_nobody(kafka: KafkaSettings, journal: KafkaJournal) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    producer.produce(f"{kafka.topic_prefix}labels", b"{", headers=[("traceparent", None)])
    assert producer.flush(30) == 0

    (record,) = journal.read({PLACE: 0}, 1, wait=30.0)
    letter = dead_letter(record, "cluster/topic", Unreadable(Fault.NOT_JSON, "it ends too early"))
    kept = DeadLetter.of(Record(letter.topic, 0, 0, letter.key, letter.value, letter.headers, 0.0))
    assert kept.headers == (("traceparent", b""),)


def test_a_position_that_is_kept_no_more_is_looked_for_once(
    journal: KafkaJournal, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought, seek = [], Reader._seek
    monkeypatch.setattr(Reader, "_seek", lambda *at: (sought.append(at[1:]), seek(*at)))
    journal.append([Message(LABELS, b"%d" % number) for number in range(5)])
    end = journal.bounds(LABELS)[PLACE][1]
    topics.drop(0, before=end, topic=LABELS)
    for _ in range(5):
        assert journal.read({PLACE: 2}, 10, wait=0.1) == []
    assert sought == [(PLACE, 2), (PLACE, end)]

    journal.append([Message(LABELS, b"new")])
    assert [each.value for each in journal.read({PLACE: 2}, 10, wait=30.0)] == [b"new"]
    assert journal.read({PLACE: 2}, 10, wait=30.0) != []
