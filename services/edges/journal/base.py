"""Topics of records, appended, read and committed: the contract of a journal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Positions = Mapping[tuple[str, int], int]
"""(topic, partition) -> the offset to read next."""
Headers = tuple[tuple[str, bytes], ...]
_READ_RECORDS = 500

SILENT_SECONDS = 10.0
"""A broker that has not answered for so long is away: longer than one takes that elects or works hard."""


class JournalError(Exception):
    """The journal cannot do what was asked; the message says what to do about it."""


class JournalDamaged(JournalError):
    """What is stored can be used no more: a process that meets that must end, for it gets no better."""


class JournalBusy(JournalError):
    """Another process holds this writer's name, and the caller did not want to wait."""


class Fenced(JournalError):
    """Another writer of the same name was elected since: this process must end."""


class TaskDone(JournalError):
    """The process has done what it was told to, and must end for that to take effect; the message says what is next."""


@dataclass(frozen=True, slots=True)
class Message:
    """A record to be written; a value of None is a tombstone (it removes the key from a compacted topic).

    Where ``partition`` is None the journal chooses one: the same for the same key.
    """

    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read; ``time`` is when it was written, in seconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: float


class Undecoded(bytes):
    """What stands for a record's value that could not be had whole: as much of it as there is.

    ``reason`` and ``detail`` say why; ``size`` is how many bytes there were.
    """

    reason: str
    detail: str
    size: int

    def __new__(cls, kept: bytes, reason: str, detail: str, size: int) -> Self:
        """Keep these bytes, which may be none."""
        made = super().__new__(cls, kept)
        made.reason, made.detail, made.size = reason, detail, size
        return made


def kept_records(journal: Journal, topic: str) -> Iterator[Record]:
    """Every record of a topic that is kept, oldest first within each partition."""
    positions = {place: oldest for place, (oldest, _) in journal.bounds(topic).items()}
    while read := journal.read(positions, _READ_RECORDS):
        for record in read:
            positions[record.topic, record.partition] = record.offset + 1
            yield record


def lag(journal: Journal, positions: Positions) -> dict[str, int]:
    """How many records of each topic lie behind these positions, unread."""
    lags: dict[str, int] = {}
    for (topic, partition), position in positions.items():
        _, end = journal.bounds(topic)[topic, partition]
        lags[topic] = lags.get(topic, 0) + max(0, end - position)
    return lags


def refuse_gap(places: Sequence[tuple[int, int]], starts: Mapping[int, int], mend: str, *, of_topic: str = "") -> None:
    """Raises JournalError where a text at one of these places (partition, offset) was dropped, with how to ``mend`` it.

    ``starts`` are the oldest offsets that are kept. Of several places the last is told: what came before it was read.
    """
    for partition, offset in reversed(places):
        if offset < (start := starts.get(partition, 0)):
            raise JournalError(
                f"texts {offset} to {start - 1} of partition {partition}{of_topic} were dropped by their retention "
                f"before the intake read them: to go on without them, {mend}"
            )


def reached(positions: Positions, ends: Positions) -> bool:
    """Whether all was read that lies before ``ends``.

    A read that brings less than it might does not tell: there may be more on other partitions.
    """
    return all(positions.get(place, 0) >= end for place, end in ends.items())


class Writer(ABC):
    """The one elected writer of a name: its restored state, and commits that are all or nothing.

    Topic names are the plain ones of `services.edges.topics` (no prefix). The state lives in the compacted topic
    ``<name>-state``, positions included.
    """

    _state: dict[str, bytes]
    _positions: Positions

    @property
    def state(self) -> dict[str, bytes]:
        """State entries as restored at the election, not kept up to date afterwards; the caller's to empty."""
        return self._state

    @property
    def positions(self) -> Positions:
        """Positions as restored at the election."""
        return self._positions

    @abstractmethod
    def renew(self) -> None:
        """Say that the work goes on, at least every half minute; raises Fenced where another writer was elected."""

    @abstractmethod
    def commit(
        self, outputs: Sequence[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[int]:
        """Write outputs, state changes (None deletes) and positions, all or nothing; durable when it returns.

        Returns the offset of each output. Raises Fenced where another writer was elected; after any error the process
        must end (crash-only).
        """

    @abstractmethod
    def close(self) -> None:
        """Give the name up, so that the next writer need not wait."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Journal(ABC):
    """The only way in which processes touch storage. Safe to use from several threads."""

    @abstractmethod
    def append(self, messages: Sequence[Message]) -> list[int]:
        """Write messages, all or nothing; durable when it returns. Returns each one's offset."""

    @abstractmethod
    def placed(self, message: Message) -> Message:
        """The message with the partition that `append` chooses where it has none."""

    @abstractmethod
    def read(self, positions: Positions, limit: int, wait: float = 0.0) -> list[Record]:
        """Up to ``limit`` committed records from these positions on, in order within each partition.

        Where there is none, waits up to ``wait`` seconds for the first.
        """

    @abstractmethod
    def bounds(self, topic: str) -> Mapping[tuple[str, int], tuple[int, int]]:
        """For each partition of the topic: the oldest offset still kept, and the offset that the next record gets."""

    @abstractmethod
    def identity(self, topic: str) -> str:
        """``cluster-id/topic-id``: the same for as long as the topic is the same one."""

    @abstractmethod
    def writer(self, name: str, *, wait: bool = True) -> Writer:
        """Become the writer of this name: wait until elected, fence every earlier one, then restore up to the end.

        Raises JournalBusy at once where another process holds the name and ``wait`` is False.
        """

    @property
    def renewable(self) -> bool:
        """Whether a topic may be deleted and made anew behind our back; in a file it stays the same one."""
        return False

    @property
    def silent(self) -> bool:
        """Whether what was asked of a broker is not answered for `SILENT_SECONDS`; a file is always there."""
        return False

    @abstractmethod
    def tidy(self, now: float) -> None:
        """Apply each topic's retention as of ``now``; a broker does that by itself."""

    def rewrite(self, topic: str, change: Callable[[Record], Record | None]) -> int:  # noqa: ARG002  the contract's
        """Put what ``change`` returns, where that is not None, in the place of each record kept of a topic; how many.

        Keys and offsets stay. A broker cannot: there records stay as they are until their retention ends.
        """
        return 0

    def scrub(self) -> bool:
        """Leave nothing of what was deleted or rewritten on disk; False where that has to be tried again later.

        A broker's compaction does it by itself.
        """
        return True

    @abstractmethod
    def close(self) -> None:
        """Release what is held; appended and committed records stay."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
