"""A journal -> the learner's state as it was committed last, for who is not the learner."""

from __future__ import annotations

from services.edges import states
from services.edges.journal.base import Journal, Record, kept_records
from services.edges.journal.chunks import Chunks, latest
from services.edges.journal.positions import parted
from services.edges.topics import LEARNER_STATE
from stream.records import State


def saved_state(journal: Journal) -> State:
    """All entries. What is committed while this reads may be in it or not, whole in either case."""
    known: dict[str, Record] = {}
    latest(kept_records(journal, LEARNER_STATE), known)
    entries, _ = parted(Chunks(LEARNER_STATE).join(known))
    return {key: states.decode(value) for key, value in entries.items()}
