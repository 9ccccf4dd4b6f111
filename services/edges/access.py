"""Process or command -> what it needs of a Kafka: topics to read and write, a group, transactional ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.edges.topics import (
    COMMANDS,
    DEAD_LETTERS,
    DECISIONS,
    ITEMS,
    LABEL_OUTCOMES,
    LABEL_REQUESTS,
    LABELS,
    LEARNER_STATE,
    TEXTS,
    TOPICS,
    UNTRUSTED,
    Topic,
)

APPEND: Final = "append-*"
"""Who appends does so in transactions under an id of its own each time."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one process does on a Kafka; all names are without the prefix.

    ``group`` is its consumer group and ``transactional_id`` the id of its transactions, if any; either may end in
    ``*``, which stands for any end.
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    group: str = ""
    transactional_id: str = ""

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics that have to be there."""
        return tuple(topic for name, topic in TOPICS.items() if name in {*self.reads, *self.writes})

    def operations(self, topic: str) -> frozenset[str]:
        """What it does to a topic, in the words of Kafka's access control; seeing and checking it included."""
        used = {"READ": topic in self.reads, "WRITE": topic in self.writes}
        wanted = {operation for operation, is_used in used.items() if is_used}
        return frozenset(wanted | {"DESCRIBE", "DESCRIBE_CONFIGS"}) if wanted else frozenset()


_FOLLOWED = (DECISIONS, LABEL_REQUESTS, LABEL_OUTCOMES, LEARNER_STATE)

ACCESS: Final[Mapping[str, Access]] = {
    "intake": Access((TEXTS,), (ITEMS, DEAD_LETTERS), group="intake-*"),
    "learner": Access(
        (ITEMS, LABELS, COMMANDS, LABEL_OUTCOMES, LEARNER_STATE, DEAD_LETTERS),
        (DECISIONS, LABEL_REQUESTS, LABEL_OUTCOMES, LEARNER_STATE, DEAD_LETTERS),
        group="learner",
        transactional_id="learner",
    ),
    "console": Access(_FOLLOWED, (TEXTS, LABELS), transactional_id=APPEND),
    "oracle": Access((LABEL_REQUESTS, DECISIONS, LEARNER_STATE), (LABELS,), transactional_id=APPEND),
    "replay": Access((TEXTS,), (TEXTS,), transactional_id=APPEND),
    "requests": Access((LABEL_REQUESTS,)),
    "explain": Access(_FOLLOWED),
    "labels": Access((LABELS, LABEL_OUTCOMES, LEARNER_STATE), (LABELS,), transactional_id=APPEND),
    "command": Access((LABEL_OUTCOMES,), (COMMANDS,), transactional_id=APPEND),
    "rebuild": Access((LABEL_OUTCOMES, LEARNER_STATE), (COMMANDS, ITEMS), transactional_id=APPEND),
    "dead-letters": Access((DEAD_LETTERS,), (DEAD_LETTERS, *UNTRUSTED), transactional_id=APPEND),
}
