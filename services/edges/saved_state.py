"""A journal -> the learner's state as it was committed last, for who is not the learner."""

from __future__ import annotations

from services.edges import states
from services.edges.journal.base import Journal, Record
from services.edges.journal.chunks import Chunks, latest
from services.edges.journal.positions import parted
from services.edges.topics import LEARNER_STATE
from stream.records import State

_READ_RECORDS = 1_000


def saved_state(journal: Journal) -> State:
    """All entries. What is committed while this reads may be in it or not, whole in either case."""
    known: dict[str, Record] = {}
    positions = {place: low for place, (low, _) in journal.bounds(LEARNER_STATE).items()}
    while records := journal.read(positions, _READ_RECORDS):
        latest(records, known)
        positions |= {(record.topic, record.partition): record.offset + 1 for record in records}
    entries, _ = parted(Chunks(LEARNER_STATE).join(known))
    return {key: states.decode(value) for key, value in entries.items()}
