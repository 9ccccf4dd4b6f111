"""A record that cannot be read + the reason -> a dead letter, and back to its topic once the reason is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from services.edges.journal.base import Headers, Journal, Message, Record, Undecoded, kept_records
from services.edges.topics import DEAD_LETTERS

MAX_VALUE_BYTES = 64 * 1024
_MAX_HEADER_BYTES = 8 * 1024
_MAX_DETAIL_CHARACTERS = 300
_ORIGINAL = "original-"


class Fault(StrEnum):
    """What can be wrong with a message; the closed list behind every dead letter's reason."""

    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_ARROW = "not_arrow"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_FINITE = "not_finite"
    REPEATED_FIELD = "repeated_field"
    MISSING_TEXT = "missing_text"
    EMPTY_TEXT = "empty_text"
    MISSING_FIELD = "missing_field"
    EMPTY_FIELD = "empty_field"
    TOO_LONG = "too_long"
    WRONG_TYPE = "wrong_type"
    WRONG_VALUE = "wrong_value"
    WRONG_TIME = "wrong_time"
    WRONG_SCHEMA = "wrong_schema"
    UNKNOWN_VERSION = "unknown_version"
    OTHER_ENCODER = "other_encoder"
    ENCODER_FAILED = "encoder_failed"
    UNDECODABLE = "undecodable"
    KILLED = "killed"


class Unreadable(Exception):
    """A message cannot be used: ``reason`` is one of `Fault`, ``detail`` one line for a person that holds no text.

    >>> str(Unreadable("too_long", "label: at most 200 characters"))
    'too_long (label: at most 200 characters)'
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason if isinstance(reason, Fault) else Fault(reason)
        self.detail = " ".join(detail.split())[:_MAX_DETAIL_CHARACTERS]
        super().__init__(f"{self.reason} ({self.detail})")

    def bare(self) -> Self:
        """For keeps: itself, without the frames that it and its cause came through.

        Whoever keeps it is in one of them: they would keep each other, and the whole batch, until Python looks for
        cycles.
        """
        self.__cause__ = self.__context__ = None
        return self.with_traceback(None)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be read: where it came from, why, and what is kept of it.

    ``value`` are its first ``MAX_VALUE_BYTES``; ``size`` is how many bytes it had, ``time`` when it was set aside.
    """

    origin: str
    topic: str
    reason: Fault
    detail: str
    key: bytes | None
    headers: Headers
    value: bytes
    size: int
    time: float

    @staticmethod
    def of(record: Record) -> DeadLetter:
        """The dead letter in this record of the topic `dead-letters`."""
        headers = dict(record.headers)
        originals = [(name, value) for name, value in record.headers if name.startswith(_ORIGINAL)]
        return DeadLetter(
            origin=(record.key or b"").decode(),
            topic=headers["topic"].decode(),
            reason=Fault(headers["reason"].decode()),
            detail=headers["detail"].decode(),
            key=headers.get("key"),
            headers=tuple((name.removeprefix(_ORIGINAL), value) for name, value in originals),
            value=record.value or b"",
            size=int(headers["size"]),
            time=record.time,
        )

    @property
    def whole(self) -> bool:
        """Whether all of the message is kept, so that it can be sent once more."""
        return self.size <= len(self.value)

    def original(self) -> Message:
        """The message as it first came, where it is ``whole``."""
        return Message(self.topic, self.value, self.key, self.headers)


def contents(record: Record) -> bytes:
    """A record's value, empty where it has none; Unreadable where the journal could not have it whole."""
    if isinstance(record.value, Undecoded):
        raise Unreadable(record.value.reason, record.value.detail)
    return record.value or b""


def dead_letter(record: Record, identity: str, error: Unreadable) -> Message:
    """What to write for a record that cannot be read; ``identity`` is its topic's (``cluster/topic-id``).

    The key is the record's origin, so that the same record set aside again replaces the first letter.
    """
    value = record.value or b""
    headers = [
        ("reason", error.reason.encode()),
        ("detail", error.detail.encode(errors="replace")),
        ("topic", record.topic.encode()),
        ("size", b"%d" % (value.size if isinstance(value, Undecoded) else len(value))),
    ]
    if record.key is not None:
        headers.append(("key", record.key))
    headers += [(_ORIGINAL + name, content) for name, content in record.headers]
    return Message(
        DEAD_LETTERS,
        value[:MAX_VALUE_BYTES],
        key=f"{identity}/{record.partition}/{record.offset}".encode(),
        headers=_bounded(headers),
    )


def read_dead_letters(journal: Journal) -> list[DeadLetter]:
    """All letters that were not replayed, the oldest first."""
    letters: dict[bytes | None, DeadLetter] = {}
    for record in kept_records(journal, DEAD_LETTERS):
        letters.pop(record.key, None)
        if record.value is not None:
            letters[record.key] = DeadLetter.of(record)
    return list(letters.values())


def replay_dead_letters(journal: Journal, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Append the originals to their topics and take the letters away, all or nothing; the letters that were replayed.

    Those that are not whole stay where they are.
    """
    whole = [letter for letter in letters if letter.whole]
    journal.append([*(letter.original() for letter in whole), *map(_gone, whole)])
    return whole


def discard_dead_letters(journal: Journal, letters: Sequence[DeadLetter]) -> None:
    """Take the letters away, all or nothing, and what they kept of their messages with them."""
    journal.append([_gone(letter) for letter in letters])


def _gone(letter: DeadLetter) -> Message:
    return Message(DEAD_LETTERS, None, key=letter.origin.encode())


def _bounded(headers: Sequence[tuple[str, bytes]]) -> Headers:
    """As many of the headers, from the first on, as are not too large together; a record's own come last."""
    kept, size = [], 0
    for name, value in headers:
        size += len(name) + len(value)
        if size > _MAX_HEADER_BYTES:
            break
        kept.append((name, value))
    return tuple(kept)
