"""Messages -> transactions on a simulated broker -> committed records: the journal of the crash tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from zlib import crc32

from services.edges.journal.base import Journal, JournalBusy, JournalError, Message, Positions, Record, Writer
from services.edges.journal.simulated_broker import Session
from services.edges.journal.simulated_line import Line
from services.edges.journal.simulated_writer import SimulatedWriter
from services.edges.topics import topic as topic_named

_APPEND_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.005


class SimulatedJournal(Journal):
    """The journal of one process on a broker in memory, with the steps of the one on Kafka, in its order.

    ``name`` tells the processes apart that append. Crash-only, as the one on Kafka.
    """

    def __init__(self, line: Line, name: str) -> None:
        self._line, self._broker = line, line.broker
        self._append_name = f"append-{name}"
        self._session: Session | None = None
        self._turn = count()
        self._broken: str | None = None
        self._closed = False

    def append(self, messages: Sequence[Message]) -> list[int]:
        """As `Journal.append`, in one transaction."""
        self._require_open()
        self._broker.check(messages)
        placed = [self.placed(message) for message in messages]
        with self._broker.lock:
            try:
                return self._transact(placed)
            except JournalError as error:
                self._broken = f"an append did not end cleanly ({error}): this process must end"
                raise

    def placed(self, message: Message) -> Message:
        """As `Journal.placed`: by a hash of the key or, without one, of the value."""
        if message.partition is not None:
            return message
        drawn = crc32((message.value if message.key is None else message.key) or b"")
        return replace(message, partition=drawn % self._broker.partitions(message.topic))

    def read(self, positions: Positions, limit: int, wait: float = 0.0) -> list[Record]:
        """As `Journal.read`; each read begins at another partition, so that a full one does not hide the others."""
        deadline = self._line.now() + wait
        while True:
            self._require_open()
            records = self._line.ask("read", lambda: self._fetch(positions, limit))
            left = deadline - self._line.now()
            if records or left <= 0:
                return records
            self._line.sleep(min(left, _POLL_SECONDS))

    def bounds(self, topic: str) -> Mapping[tuple[str, int], tuple[int, int]]:
        """As `Journal.bounds`; the end is that of what is committed."""
        self._require_open()
        places = [(topic, partition) for partition in range(self._broker.partitions(topic))]
        return self._line.ask("bounds", lambda: {place: self._broker.bounds(place) for place in places})

    def identity(self, topic: str) -> str:
        """As `Journal.identity`."""
        return self._broker.identity(topic)

    def writer(self, name: str, *, wait: bool = True) -> Writer:
        """As `Journal.writer`."""
        self._require_open()
        topic_named(f"{name}-state")
        if not wait and self._broker.group(name).members:
            raise JournalBusy(f"the simulated journal already has a {name}: end it first")
        return SimulatedWriter(self._line, name, self._require_open)

    def tidy(self, now: float) -> None:
        """Nothing: all is kept."""

    def close(self) -> None:
        """Who still waits in a read, or to be elected, gets JournalError."""
        self._closed = True

    def _fetch(self, positions: Positions, limit: int) -> list[Record]:
        places = sorted(positions)
        first = next(self._turn) % max(1, len(places))
        found: list[Record] = []
        for place in places[first:] + places[:first]:
            found += self._broker.fetch(place, positions[place], limit - len(found)) if len(found) < limit else []
        return found

    def _transact(self, messages: Sequence[Message]) -> list[int]:
        ask, broker = self._line.ask, self._broker
        if self._session is None:
            self._session = ask("append init", lambda: broker.begin_session(self._append_name, _APPEND_TIMEOUT_SECONDS))
        session = self._session
        offsets = ask("append send", lambda: broker.produce(session, messages))
        ask("append commit", lambda: broker.end(session))
        return offsets

    def _require_open(self) -> None:
        if self._broken:
            raise JournalError(self._broken)
        if self._closed:
            raise JournalError("the journal has been closed")
