"""A journal and some patience -> what the learner tells in `label-outcomes` meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.edges.journal.base import Journal, Positions, Record

_READ_SECONDS = 0.5
_READ_RECORDS = 500


def told_within(journal: Journal, positions: Positions, seconds: float) -> Iterator[Record]:
    """All records from these positions on, and those that come within so many seconds."""
    following, deadline = dict(positions), time.monotonic() + seconds
    while True:
        left = max(0.0, deadline - time.monotonic())
        records = journal.read(following, _READ_RECORDS, min(_READ_SECONDS, left))
        for record in records:
            following[record.topic, record.partition] = record.offset + 1
            yield record
        if not records and not left:
            return


def of_answers(journal: Journal, positions: Positions, keys: Sequence[bytes], seconds: float) -> Counter[str]:
    """How many of the answers of these keys had which outcome, as far as it was told within so many seconds."""
    from services.edges.messages import OutcomeMessage

    awaited, counts = set(keys), Counter[str]()
    for record in told_within(journal, positions, seconds):
        if record.value is not None and record.key in awaited:
            awaited.remove(record.key)
            counts[OutcomeMessage.parse(record.value).outcome] += 1
        if not awaited:
            break
    return counts
