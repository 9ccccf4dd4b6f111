"""Messages -> transactions on a Kafka -> committed records: the journal of a service of several processes."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any
from zlib import crc32

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaTimeoutError
from kafka.partitioner.default import murmur2

from services.edges.journal.base import (
    SILENT_SECONDS,
    Journal,
    JournalBusy,
    JournalError,
    Message,
    Positions,
    Record,
    Writer,
)
from services.edges.journal.kafka_reader import Readers
from services.edges.journal.kafka_writer import KafkaWriter, in_time, send, transactional_producer
from services.edges.kafka_client import administration, connection, explained
from services.edges.settings import KafkaSettings
from services.edges.topics import topic as topic_named

_APPEND_TIMEOUT_MS = 10_000


class KafkaJournal(Journal):
    """The journal on the topics of a Kafka, which have to be there: `services.edges.kafka_topics` makes them.

    Crash-only: after an append that did not end cleanly every call raises, for whether it took place is not known.
    Raises JournalError where no broker answers.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._readers = Readers(settings)
        self._appending = Lock()
        self._producer: KafkaProducer | None = None
        self._asking = Lock()
        self._broken: str | None = None
        self._asked: dict[object, float] = {}
        """When each call began that the broker is to answer still."""
        with explained(settings):
            self._admin = KafkaAdminClient(**connection(settings))
        self._partitions: dict[str, int] = {}

    def append(self, messages: Sequence[Message]) -> list[int]:
        """As `Journal.append`, in one transaction; a message without a partition goes where its key leads."""
        self._require_open()
        self._check(messages)
        with self._appending:
            self._require_open()
            try:
                return self._transact(messages)
            except JournalError as error:
                self._broken = f"an append did not end cleanly ({error}): this process must end"
                raise

    def placed(self, message: Message) -> Message:
        """As `Journal.placed`: by the key's hash as every client of Kafka has it, without a key by the value's."""
        if message.partition is not None:
            return message
        drawn = crc32(message.value or b"") if message.key is None else murmur2(message.key) & 0x7FFFFFFF
        return replace(message, partition=drawn % self._count(message.topic))

    def read(self, positions: Positions, limit: int, wait: float = 0.0) -> list[Record]:
        """As `Journal.read`."""
        self._require_open()
        if not positions:
            return []
        with self._asks(), self._readers.reader(frozenset(positions)) as reader:
            records = reader.read(positions, limit, wait, lambda: self._readers.closed)
        self._require_open()
        return records

    def bounds(self, topic: str) -> Mapping[tuple[str, int], tuple[int, int]]:
        """As `Journal.bounds`; the end is that of what is committed."""
        self._require_open()
        places = frozenset((topic, partition) for partition in range(self._count(topic)))
        with self._asks(), self._readers.reader(places) as reader:
            return reader.bounds()

    def identity(self, topic: str) -> str:
        """``cluster-id/topic-id``, asked of the broker each time: a topic that was created again has another."""
        self._require_open()
        topic_id = self._described(topic)["topic_id"]
        with self._asks(), self._asking:
            return f"{self._admin.describe_cluster()['cluster_id']}/{topic_id}"

    def writer(self, name: str, *, wait: bool = True) -> Writer:
        """As `Journal.writer`; the name is held for as long as the process takes part in the consumer group."""
        self._require_open()
        topic_named(f"{name}-state")
        if not wait:
            self._refuse_held(name)
        return KafkaWriter(self._settings, name, self._readers, self._check)

    @property
    def renewable(self) -> bool:
        """As `Journal.renewable`."""
        return True

    @property
    def silent(self) -> bool:
        """As `Journal.silent`; while this process stands by for an election nothing is asked."""
        now = time.monotonic()
        return any(now - began > SILENT_SECONDS for began in list(self._asked.values()))

    def tidy(self, now: float) -> None:
        """Nothing: a broker applies its topics' retention by itself."""

    def close(self) -> None:
        """Disconnect; who waits in a read, or to be elected, gets JournalError."""
        if self._readers.closed:
            return
        self._readers.close()
        with self._appending:
            if self._producer is not None:
                # What still waits then is a transaction that hangs, which was told when it took too long.
                with suppress(KafkaTimeoutError):
                    self._producer.close(timeout=1)
        self._admin.close()

    @contextmanager
    def _asks(self) -> Iterator[None]:
        """While the broker is asked; errors are `explained`."""
        call = object()
        self._asked[call] = time.monotonic()
        try:
            with explained(self._settings):
                yield
        finally:
            del self._asked[call]

    def _transact(self, messages: Sequence[Message]) -> list[int]:
        with self._asks():
            if self._producer is None:
                # A name of its own: appends of two processes must not fence each other.
                self._producer = transactional_producer(self._settings, f"append-{uuid.uuid4()}", _APPEND_TIMEOUT_MS)
            return in_time(partial(self._write, self._producer, messages), _APPEND_TIMEOUT_MS)

    def _write(self, producer: KafkaProducer, messages: Sequence[Message]) -> list[int]:
        producer.begin_transaction()
        sent = send(producer, self._settings.topic_prefix, messages)
        producer.commit_transaction()
        return [future.get(timeout=0).offset for future in sent]

    def _check(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.partition is not None and message.partition >= self._count(message.topic):
                raise ValueError(f"topic {message.topic!r} has no partition {message.partition}")
            if message.key is None and topic_named(message.topic).compacted:
                raise ValueError(f"a message of the compacted topic {message.topic!r} needs a key")

    def _count(self, topic: str) -> int:
        """How many partitions a topic has."""
        if topic not in self._partitions:
            self._partitions[topic] = len(self._described(topic)["partitions"])
        return self._partitions[topic]

    def _described(self, topic: str) -> dict[str, Any]:
        """What the broker says of a topic now."""
        name = self._settings.topic_prefix + topic_named(topic).name
        with self._asks(), self._asking:
            (described,) = self._admin.describe_topics([name])
        if described["error_code"]:
            raise JournalError(f"there is no topic {name}: `sluice topics apply` makes it")
        return dict(described)

    def _refuse_held(self, name: str) -> None:
        group = f"{self._settings.topic_prefix}{name}"
        with administration(self._settings) as admin:
            members = admin.describe_groups([group])[group]["members"]
        if members:
            host = members[0]["client_host"].lstrip("/")
            raise JournalBusy(f"Kafka at {self._settings.bootstrap} already has a {name}, on {host}: end it first")

    def _require_open(self) -> None:
        if self._broken:
            raise JournalError(self._broken)
        if self._readers.closed:
            raise JournalError("the journal has been closed")
