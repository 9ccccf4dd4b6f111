"""Name -> topic: every topic of the journal, with its partitions and how long its records are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TEXTS: Final = "texts"
ITEMS: Final = "items"
DECISIONS: Final = "decisions"
LABEL_REQUESTS: Final = "label-requests"
LABELS: Final = "labels"
LABEL_OUTCOMES: Final = "label-outcomes"
COMMANDS: Final = "commands"
LEARNER_STATE: Final = "learner-state"
INTAKE_STATE: Final = "intake-state"
DEAD_LETTERS: Final = "dead-letters"

UNTRUSTED: Final = (TEXTS, ITEMS, LABELS, COMMANDS)
"""Whose records may turn out to be unreadable: each of these becomes a dead letter, which can be replayed."""

TOMBSTONE_SECONDS: Final = 7 * 86_400.0
"""How long a compacted topic keeps a tombstone, so that slow readers still see that the key is gone."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, without its prefix.

    A ``compacted`` topic keeps the last record of each key. Records older than ``retention_seconds`` are dropped; None
    keeps them for good.
    """

    name: str
    partitions: int = 1
    compacted: bool = False
    retention_seconds: float | None = None


def _days(days: int) -> float:
    return days * 86_400.0


_ALL = (
    # The texts are the user's. A week is also what a broker keeps unless told otherwise.
    Topic(TEXTS, partitions=4, retention_seconds=_days(7)),
    Topic(ITEMS, retention_seconds=_days(3)),
    Topic(DECISIONS, retention_seconds=_days(7)),
    Topic(LABEL_REQUESTS, compacted=True),
    Topic(LABELS, retention_seconds=_days(30)),
    Topic(LABEL_OUTCOMES, compacted=True),
    Topic(COMMANDS),
    Topic(LEARNER_STATE, compacted=True),
    Topic(INTAKE_STATE, compacted=True),
    Topic(DEAD_LETTERS, compacted=True, retention_seconds=_days(30)),
)
TOPICS: Final[Mapping[str, Topic]] = {topic.name: topic for topic in _ALL}


ON_KAFKA: Final = tuple(topic for topic in _ALL if topic.name != INTAKE_STATE)
"""The embedded intake alone keeps a state: on Kafka its position is its consumer group's."""


def topic(name: str) -> Topic:
    """The topic of this name; ValueError where there is none.

    >>> topic("labels").retention_seconds
    2592000.0
    """
    try:
        return TOPICS[name]
    except KeyError:
        raise ValueError(f"no topic {name!r}; there are {', '.join(TOPICS)}") from None


def elected_on(state: str) -> str:
    """Whose partition elects the writer of a state: for the learner that of its input, so that the group shows its lag.

    >>> elected_on("learner-state"), elected_on("intake-state")
    ('items', 'intake-state')
    """
    return ITEMS if state == LEARNER_STATE else state
