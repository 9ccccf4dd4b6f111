"""Outputs, state and positions -> one transaction on the simulated broker, in the steps of the one on Kafka."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from services.edges.journal.base import JournalError, Message, Positions, Record, Writer
from services.edges.journal.chunks import Chunks, latest
from services.edges.journal.positions import joined, parted
from services.edges.journal.simulated_broker import Session
from services.edges.journal.simulated_line import Line
from services.edges.topics import elected_on
from services.edges.topics import topic as topic_named

TRANSACTION_SECONDS = 15.0
_READ_RECORDS = 1_000
_POLL_SECONDS = 0.01


class SimulatedWriter(Writer):
    """Elected when it is made: stands by until then, and follows the state meanwhile.

    ``require_open`` raises JournalError once the journal is closed. Every request over ``line`` is a place to die at.
    """

    def __init__(self, line: Line, name: str, require_open: Callable[[], None]) -> None:
        self._line, self._broker, self._require_journal = line, line.broker, require_open
        self._name = name
        self._topic = topic_named(f"{name}-state").name
        self._input = (elected_on(self._topic), 0)
        self._chunks = Chunks(self._topic)
        self._records: dict[str, Record] = {}
        self._next = 0
        self._open = True
        self._group = self._broker.group(name)
        self._member = line.ask("join", self._group.join)
        try:
            self._session = self._stand_by()
        except JournalError:
            self.close()
            raise
        self._state, self._positions = parted(self._chunks.join(self._records))
        self._offset = self._positions.get(self._input, 0)

    def renew(self) -> None:
        """As `Writer.renew`."""
        self._require_open()
        self._line.ask("heartbeat", lambda: self._group.heartbeat(self._member))

    def commit(
        self, outputs: Sequence[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[int]:
        """As `Writer.commit`, in one transaction, which also commits the group's offset."""
        messages = [*outputs, *self._chunks.cut(joined(changes, positions))]
        self._broker.check(messages)
        self._require_open()
        return self._transact(messages, positions)[: len(outputs)]

    def close(self) -> None:
        """Leave the group; commits are refused from then on."""
        if self._open:
            self._open = False
            self._line.ask("leave", lambda: self._group.evict(self._member))

    def _transact(self, messages: Sequence[Message], positions: Positions) -> list[int]:
        membership = self._line.ask("begin", lambda: self._group.heartbeat(self._member))
        offsets = self._send(messages)
        self._offset = positions.get(self._input, self._offset)
        read = {self._input: self._offset}
        self._line.ask("send offsets", lambda: self._broker.add_offsets(self._session, membership, read))
        self._end()
        return offsets

    def _send(self, messages: Sequence[Message]) -> list[int]:
        """Add messages to the transaction, a request a topic; their offsets, in order."""
        rows: dict[str, list[int]] = {}
        for row, message in enumerate(messages):
            rows.setdefault(message.topic, []).append(row)
        offsets: dict[int, int] = {}
        for topic, some in rows.items():
            batch = [messages[row] for row in some]
            written = self._line.ask(f"send {topic}", partial(self._broker.produce, self._session, batch))
            offsets.update(zip(some, written, strict=True))
        return [offsets[row] for row in range(len(messages))]

    def _end(self) -> None:
        self._line.ask("commit", lambda: self._broker.end(self._session))

    def _require_open(self) -> None:
        self._require_journal()
        if not self._open:
            raise JournalError("this writer has been closed")

    def _stand_by(self) -> Session:
        """Follow the state until elected; then fence earlier writers, and read what they committed by then."""
        while not self._line.ask("elect", lambda: self._group.elected(self._member)):
            self._require_open()
            self._follow()
            self._line.sleep(_POLL_SECONDS)
        session = self._fence()
        self._follow()
        return session

    def _fence(self) -> Session:
        """A producer whose transactions fence those of every earlier one of this name."""
        return self._line.ask("init", lambda: self._broker.begin_session(self._name, TRANSACTION_SECONDS))

    def _follow(self) -> None:
        """Read the state up to its end."""
        place = (self._topic, 0)
        while read := self._line.ask("read state", lambda: self._broker.fetch(place, self._next, _READ_RECORDS)):
            latest(read, self._records)
            self._next = read[-1].offset + 1
