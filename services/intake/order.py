"""Messages as Faust hands them over -> the records that are next, in order; none is handled twice or passed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import cast

from faust.types import TP, Message

from services.edges.journal.base import Headers, JournalError, Record
from services.edges.topics import TEXTS

Before = MutableMapping[tuple[TP, int], int]
"""Place of each record that was read ahead -> where the one before it ended."""


def in_order(
    messages: Iterable[Message], positions: Mapping[int, int], before: Before, generation: int
) -> list[Record]:
    """The records of these messages that come next after ``positions``; takes them out of ``before``.

    Around a rebalance Faust hands over messages of an earlier generation of the group, which come again: they are left
    out. That it passes no record over is not taken on trust, since a range that covers one which was never handled
    would hide its loss for good: raises JournalError.
    """
    records, following = [], dict(positions)
    for message in messages:
        begin, position = before.pop((message.tp, message.offset), 0), following.get(message.partition)
        if position is None or message.generation_id != generation or message.offset < position:
            continue
        if begin > position:
            raise JournalError(
                f"texts {position} to {begin - 1} of partition {message.partition} were passed over: "
                "start the intake again, and it reads them"
            )
        following[message.partition] = message.offset + 1
        records.append(_record(message))
    return records


def _record(message: Message) -> Record:
    headers = tuple((name, content or b"") for name, content in cast(Headers, message.headers))
    time_written = max(0.0, message.timestamp)
    return Record(TEXTS, message.partition, message.offset, message.key, message.value, headers, time_written)
