"""Messages -> records that wait for the end of a Kafka transaction, with the settings that this takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kafka import KafkaProducer

from services.edges.journal.base import Message
from services.edges.kafka_client import connection
from services.edges.settings import KafkaSettings
from services.edges.topics import topic as topic_named

TRANSACTION_MS = 15_000
_REQUEST_BYTES = 4 * 2**20
_BATCH_BYTES = 1_000_000
"""A broker takes up to 1,048,588 unless told otherwise; each record behind a full batch wakes the sender's thread."""
_RETRY_MS = 5


class TransactionalProducer(KafkaProducer):  # type: ignore[misc]  # kafka-python is untyped
    """A producer whose transactions fence those of every earlier producer of this name."""

    def __init__(self, settings: KafkaSettings, name: str, timeout_ms: int = TRANSACTION_MS) -> None:
        super().__init__(
            **connection(settings),
            transactional_id=f"{settings.topic_prefix}{name}",
            transaction_timeout_ms=timeout_ms,
            acks="all",
            max_request_size=_REQUEST_BYTES,
            batch_size=_BATCH_BYTES,
            # The end of the transaction sends what waits: until then batches may fill.
            linger_ms=timeout_ms,
            allow_auto_create_topics=False,
            max_block_ms=2 * timeout_ms,
            # A transaction that follows at once is refused until the markers of the one before are written: some ms.
            retry_backoff_ms=_RETRY_MS,
        )
        self._prefix = settings.topic_prefix
        self.init_transactions()

    def send_all(self, messages: Iterable[Message]) -> list[Any]:
        """Take messages into the transaction that was begun; the futures of their metadata, in order."""
        return [
            self.send(
                self._prefix + message.topic,
                message.value,
                message.key,
                list(message.headers),
                0 if topic_named(message.topic).partitions == 1 else message.partition,
            )
            for message in messages
        ]
