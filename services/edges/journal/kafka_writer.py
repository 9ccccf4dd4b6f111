"""Outputs, state and positions -> one Kafka transaction, written by the one member of a group that was elected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError

from services.edges.journal.base import JournalError, Message, Positions, Record, Writer
from services.edges.journal.chunks import Chunks, latest
from services.edges.journal.kafka_election import Election
from services.edges.journal.kafka_reader import Readers
from services.edges.journal.positions import joined, parted
from services.edges.kafka_client import administration, connection, explained
from services.edges.setting_names import variable
from services.edges.settings import KafkaSettings
from services.edges.time_limit import within
from services.edges.topics import elected_on
from services.edges.topics import topic as topic_named

TRANSACTION_MS = 15_000
_REQUEST_BYTES = 4 * 2**20
_BATCH_BYTES = 1_000_000
"""A broker takes up to 1,048,588 unless told otherwise; each record behind a full batch wakes the sender's thread."""
_READ_RECORDS = 1_000
_POLL_SECONDS = 0.1
_RETRY_MS = 5
_Result = TypeVar("_Result")


def transactional_producer(settings: KafkaSettings, name: str, timeout_ms: int = TRANSACTION_MS) -> KafkaProducer:
    """A producer whose transactions fence those of every earlier producer of this name."""
    producer = KafkaProducer(
        **connection(settings),
        transactional_id=f"{settings.topic_prefix}{name}",
        transaction_timeout_ms=timeout_ms,
        acks="all",
        max_request_size=_REQUEST_BYTES,
        batch_size=_BATCH_BYTES,
        # The end of the transaction sends what waits: until then batches may fill.
        linger_ms=timeout_ms,
        allow_auto_create_topics=False,
        max_block_ms=timeout_ms,
        # A transaction that follows at once is refused until the markers of the one before are written: some ms.
        retry_backoff_ms=_RETRY_MS,
    )
    # At Python's end it would be closed once more: a traceback behind our last word, where a transaction still hangs.
    producer._unregister_cleanup()
    producer.init_transactions()
    return producer


def send(producer: KafkaProducer, prefix: str, messages: Iterable[Message]) -> list[Any]:
    """Hand messages to a producer; the futures of their metadata, in order."""
    return [
        producer.send(
            prefix + message.topic,
            value=message.value,
            key=message.key,
            headers=list(message.headers),
            partition=0 if topic_named(message.topic).partitions == 1 else message.partition,
        )
        for message in messages
    ]


def in_time(transact: Callable[[], _Result], timeout_ms: int) -> _Result:
    """What a transaction gives, if it ends before the broker gives it up.

    kafka-python waits for the end of one without a limit, and did so for good when the broker was killed twice within
    20 s: the process stayed elected for a minute, and would not have ended by itself. Raises KafkaTimeoutError.
    """
    try:
        return within(timeout_ms / 1_000, transact)
    except TimeoutError:
        raise KafkaTimeoutError(f"a transaction did not end within {timeout_ms / 1_000:.0f} s") from None


class KafkaWriter(Writer):
    """Elected when it is made: stands by until then, and follows the state meanwhile.

    ``check`` refuses impossible messages, ``closed`` ends the wait. Raises JournalError where that happened.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        name: str,
        readers: Readers,
        check: Callable[[Sequence[Message]], None],
    ) -> None:
        self._settings, self._readers, self._check = settings, readers, check
        self._topic = topic_named(f"{name}-state").name
        self._chunks = Chunks(self._topic)
        self._input = elected_on(self._topic)
        self._producer: KafkaProducer | None = None
        self._open = True
        self._election = Election(settings, f"{settings.topic_prefix}{name}", settings.topic_prefix + self._input)
        try:
            entries = self._stand_by(name)
        except BaseException:
            self.close()
            raise
        self._state, self._positions = parted(entries)
        self._offset = self._positions.get((self._input, 0), 0)

    def renew(self) -> None:
        """As `Writer.renew`."""
        self._require_open()
        with explained(self._settings):
            self._election.wait(0.0)

    def commit(
        self, outputs: Sequence[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[int]:
        """As `Writer.commit`, in one transaction, which also commits the group's offset."""
        messages = [*outputs, *self._chunks.cut(joined(changes, positions))]
        self._check(messages)
        self._require_open()
        offset = positions.get((self._input, 0), self._offset)
        with explained(self._settings), self._election.transaction() as member:
            offsets = in_time(partial(self._transact, messages, offset, member), TRANSACTION_MS)
        self._offset = offset
        return offsets[: len(outputs)]

    def _transact(self, messages: Sequence[Message], offset: int, member: Any) -> list[int]:
        """One transaction, which also commits the group's offset; the offsets of the messages."""
        assert self._producer is not None
        self._producer.begin_transaction()
        sent = send(self._producer, self._settings.topic_prefix, messages)
        self._producer.send_offsets_to_transaction(self._election.offsets(offset), member)
        self._producer.commit_transaction()
        return [future.get(timeout=0).offset for future in sent]

    def close(self) -> None:
        """Leave the group; commits are refused from then on."""
        if self._open:
            self._open = False
            with explained(self._settings):
                if self._producer is not None:
                    self._producer.close(timeout=1)
                self._election.close()

    def _require_open(self) -> None:
        if not self._open or self._readers.closed:
            raise JournalError("this writer has been closed")

    def _stand_by(self, name: str) -> dict[str, bytes]:
        """Follow the state until elected; then fence earlier writers, and read what they committed by then."""
        place = (self._topic, 0)
        records: dict[str, Record] = {}
        with explained(self._settings), self._readers.reader(frozenset([place])) as reader:
            position = reader.bounds()[place][0]

            def follow() -> bool:
                nonlocal position
                read = reader.read({place: position}, _READ_RECORDS, 0.0, lambda: self._readers.closed)
                latest(read, records)
                position = read[-1].offset + 1 if read else position
                return bool(read)

            while not self._election.wait(_POLL_SECONDS):
                self._require_open()
                follow()
            self._producer = transactional_producer(self._settings, name)
            while follow():
                self.renew()
            if not records:
                self._refuse_lost(name)
            self._require_open()  # else what was read until then would pass for all of it
        return self._chunks.join(records)

    def _refuse_lost(self, name: str) -> None:
        """Raises JournalError where there is no state, but a writer before: the next would do all of its work again."""
        group = f"{self._settings.topic_prefix}{name}"
        with administration(self._settings) as admin:
            committed = admin.list_group_offsets({group: None})[group]
        for place, each in committed.items():
            if each.offset > 0:
                raise JournalError(
                    f"{self._settings.topic_prefix}{self._topic} is empty, but {place.topic} was read up to "
                    f"{each.offset}: restore it, or begin with another {variable('kafka.topic_prefix')}; to have all "
                    f"that is kept handled once more, delete the consumer group {group}"
                )
