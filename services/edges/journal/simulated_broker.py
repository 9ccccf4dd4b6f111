"""Requests of clients -> logs with transactions: what a Kafka keeps, in memory, for the simulated journal.

Kafka's rules as far as a journal can see them (KIP-98, KIP-447), without the second half of KIP-890: the broker knows
of which producer a request is, not of which of its transactions. So one that comes late meets the transaction that is
open then. https://cwiki.apache.org/confluence/display/KAFKA/KIP-98+-+Exactly+Once+Delivery+and+Transactional+Messaging
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import RLock
from typing import NamedTuple

from services.edges.journal.base import Fenced, JournalError, Message, Positions, Record
from services.edges.journal.simulated_group import Group, Membership
from services.edges.topics import TOPICS
from services.edges.topics import topic as topic_named

_Place = tuple[str, int]


class Session(NamedTuple):
    """A producer as the broker knows it: each `Broker.begin_session` of one name raises the epoch."""

    name: str
    epoch: int


@dataclass(eq=False, slots=True)
class _Transaction:
    """``places`` are those that it wrote to and that have no marker yet, each with its first offset there."""

    began: float
    places: dict[_Place, int] = field(default_factory=dict)
    offsets: dict[str, Positions] = field(default_factory=dict)
    committed: bool | None = None


@dataclass(slots=True)
class _Producer:
    timeout_seconds: float
    epoch: int = 0
    transaction: _Transaction | None = None


class _Entry(NamedTuple):
    """One offset of a log: a message, or none where a marker ends a transaction or a message was compacted away."""

    transaction: _Transaction
    message: Message | None
    time: float


class Broker:
    """Every topic of `services.edges.topics`, as logs in memory; nothing is dropped from them but by `compact`.

    ``clock`` tells the time, in seconds, by which records are dated and transactions time out. Whoever models time
    calls `expire`, and `Group.evict` for a member whose heartbeats ceased. While ``full`` is set nothing is written;
    while ``lazy`` is set, what is committed is seen by readers only after `write_markers`. ``lock`` is for clients in
    several threads.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.lock = RLock()
        self.full = self.lazy = False
        self._clock = clock
        self._logs: dict[_Place, list[_Entry]] = {
            (topic.name, partition): [] for topic in TOPICS.values() for partition in range(topic.partitions)
        }
        self._unended: dict[_Place, list[_Transaction]] = {place: [] for place in self._logs}
        self._producers: dict[str, _Producer] = {}
        self._groups: dict[str, Group] = {}

    def check(self, messages: Sequence[Message]) -> None:
        """Raises ValueError where a message names no topic or partition, or lacks the key that its topic needs."""
        for message in messages:
            if (message.topic, message.partition or 0) not in self._logs:
                raise ValueError(f"topic {message.topic!r} has no partition {message.partition or 0}")
            if message.key is None and topic_named(message.topic).compacted:
                raise ValueError(f"a message of the compacted topic {message.topic!r} needs a key")

    def begin_session(self, name: str, timeout_seconds: float) -> Session:
        """Fence every earlier producer of this name; what one of them had not committed is aborted."""
        self._require_space()
        producer = self._producers.setdefault(name, _Producer(timeout_seconds))
        self._end(producer, committed=False)
        producer.epoch += 1
        producer.timeout_seconds = timeout_seconds
        return Session(name, producer.epoch)

    def produce(self, session: Session, messages: Sequence[Message]) -> list[int]:
        """Append messages to the producer's open transaction, or to a new one; returns their offsets."""
        producer = self._producer(session)
        self.check(messages)
        self._require_space()
        transaction = self._opened(producer)
        offsets = []
        for message in messages:
            place = (message.topic, message.partition or 0)
            offset = len(self._logs[place])
            if place not in transaction.places:
                transaction.places[place] = offset
                self._unended[place].append(transaction)
            self._logs[place].append(_Entry(transaction, message, self._clock()))
            offsets.append(offset)
        return offsets

    def add_offsets(self, session: Session, membership: Membership, offsets: Positions) -> None:
        """Let the open transaction commit the group's offsets. Raises Fenced where the group has moved on."""
        producer = self._producer(session)
        self.group(membership.group).require(membership)
        self._opened(producer).offsets[membership.group] = offsets

    def end(self, session: Session) -> None:
        """Commit the producer's transaction, whichever is open now."""
        producer = self._producer(session)
        self._require_space()
        self._end(producer, committed=True)

    def write_markers(self, places: int | None = None) -> None:
        """Write the markers of what is decided, in so many places of each transaction; None: in all of them."""
        for producer in self._producers.values():
            if producer.transaction is not None and producer.transaction.committed is not None:
                self._mark(producer, places)

    def expire(self) -> None:
        """Abort the transactions that took too long; their producers are fenced."""
        for producer in self._producers.values():
            transaction = producer.transaction
            if transaction is None or transaction.committed is not None:
                continue
            if self._clock() - transaction.began > producer.timeout_seconds:
                self._end(producer, committed=False)
                producer.epoch += 1

    def fetch(self, place: _Place, offset: int, limit: int, *, committed: bool = True) -> list[Record]:
        """Up to ``limit`` records from this offset on: the committed ones before the first open transaction, or all."""
        log = self._logs[place]
        end = self.bounds(place)[1] if committed else len(log)
        found: list[Record] = []
        for at in range(max(offset, 0), end):
            transaction, message, time = log[at]
            if message is not None and (transaction.committed or not committed):
                found.append(Record(*place, at, message.key, message.value, message.headers, time))
                if len(found) >= limit:
                    break
        return found

    def bounds(self, place: _Place) -> tuple[int, int]:
        """The oldest offset, and the last stable one: behind all that is decided."""
        opened = (transaction.places[place] for transaction in self._unended[place])
        return 0, min(opened, default=len(self._logs[place]))

    def compact(self, topic: str) -> None:
        """Drop every committed record that a later one of its key replaces; tombstones stay."""
        for place in [(topic, partition) for partition in range(self.partitions(topic))]:
            log, later = self._logs[place], set[bytes | None]()
            for at in reversed(range(self.bounds(place)[1])):
                transaction, message, time = log[at]
                if message is None or not transaction.committed:
                    continue
                if message.key in later:
                    log[at] = _Entry(transaction, None, time)
                later.add(message.key)

    def partitions(self, topic: str) -> int:
        """How many there are."""
        return topic_named(topic).partitions

    def identity(self, topic: str) -> str:
        """``cluster-id/topic-id``."""
        return f"simulated/{sha256(topic_named(topic).name.encode()).hexdigest()[:22]}"

    def group(self, name: str) -> Group:
        """The consumer group of this name, which may be empty."""
        return self._groups.setdefault(name, Group(name))

    def _producer(self, session: Session) -> _Producer:
        producer = self._producers[session.name]
        if producer.epoch != session.epoch:
            raise Fenced(f"producer {session.name} has epoch {producer.epoch}, not {session.epoch}: it must end")
        return producer

    def _opened(self, producer: _Producer) -> _Transaction:
        """The open transaction; a client waits until the one before has all its markers."""
        self._mark(producer)
        if producer.transaction is None:
            producer.transaction = _Transaction(self._clock())
        return producer.transaction

    def _end(self, producer: _Producer, *, committed: bool) -> None:
        transaction = producer.transaction
        if transaction is None:
            return
        if transaction.committed is None:
            transaction.committed = committed
            for group, offsets in transaction.offsets.items() if committed else ():
                self.group(group).offsets |= offsets
        if not (committed and self.lazy):
            self._mark(producer)

    def _mark(self, producer: _Producer, places: int | None = None) -> None:
        """Write markers of a transaction that is decided; once all are there it is over."""
        transaction = producer.transaction
        if transaction is None or transaction.committed is None:
            return
        for place in list(transaction.places)[:places]:
            self._logs[place].append(_Entry(transaction, None, self._clock()))
            self._unended[place].remove(transaction)
            del transaction.places[place]
        if not transaction.places:
            producer.transaction = None

    def _require_space(self) -> None:
        if self.full:
            raise JournalError("the simulated disk is full")
