"""A Kafka with topics -> what the learner and the other ends of the examples would write and read there."""

from __future__ import annotations

import time
from collections.abc import Iterator

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from services.edges.journal.base import Message
from services.edges.kafka_client import connection
from services.edges.messages import RequestMessage, Why
from services.edges.settings import KafkaSettings
from services.edges.topics import LABEL_REQUESTS
from stream.records import Reason, Verdict

HOUR = 3_600.0


def request(name: str, text: str, *, seconds_left: float = HOUR) -> Message:
    """An open request as the learner writes it; with a negative ``seconds_left`` it has expired."""
    now = time.time()
    why = Why(reason=Reason.UNCERTAIN, utility=0.5, threshold=0.25, strategy="margin")
    return RequestMessage(
        request_id=name,
        text_id=f"text of {name}",
        text=text,
        why=why,
        verdict=Verdict.ASK,
        asked_at=now + min(0.0, seconds_left) - HOUR,
        expires_at=now + seconds_left,
    ).record()


def closed(name: str) -> Message:
    """The tombstone of a request."""
    return Message(LABEL_REQUESTS, None, key=name.encode())


def commit(kafka: KafkaSettings, *messages: Message, abort: bool = False) -> None:
    """Write these in one transaction, as the learner does; or take it back."""
    producer = KafkaProducer(**connection(kafka), acks="all", transactional_id=f"{kafka.topic_prefix}learner")
    try:
        producer.init_transactions()
        producer.begin_transaction()
        for message in messages:
            producer.send(kafka.topic_prefix + message.topic, message.value, key=message.key)
        producer.flush()
        if abort:
            producer.abort_transaction()
        else:
            producer.commit_transaction()
    finally:
        producer.close()


class Reader:
    """One topic's records, all of its partitions, from their beginning."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        name = kafka.topic_prefix + topic
        self._consumer = KafkaConsumer(**connection(kafka), enable_auto_commit=False)
        self._partitions = [TopicPartition(name, each) for each in self._consumer.partitions_for_topic(name)]
        self._consumer.assign(self._partitions)
        self._consumer.seek_to_beginning()

    def wait_for(self, count: int, seconds: float = 60.0) -> list[bytes]:
        """The next values; fewer than ``count`` where no more came in time."""
        deadline = time.monotonic() + seconds
        values: list[bytes] = []
        while len(values) < count and time.monotonic() < deadline:
            values += self._poll()
        return values

    def rest(self) -> list[bytes]:
        """All values up to the end that the topic has on entry."""
        ends = self._consumer.end_offsets(self._partitions)
        values: list[bytes] = []
        while any(self._consumer.position(each) < end for each, end in ends.items()):
            values += self._poll()
        return values

    def close(self) -> None:
        self._consumer.close()

    def _poll(self) -> Iterator[bytes]:
        return (record.value for records in self._consumer.poll(200).values() for record in records)
