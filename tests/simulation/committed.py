"""A broker -> what a reader of committed records sees of it: all that the checks may look at."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from services.edges import batches, states, topics
from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Record
from services.edges.journal.simulated_broker import Broker
from services.edges.messages import OutcomeMessage, RequestMessage
from stream.examples import Examples
from stream.records import Decision

_ALL = 1_000_000


class Committed:
    """The committed records of every topic, decoded."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.identities = {topic: broker.identity(topic) for topic in topics.TOPICS}
        self.decisions: list[Decision] = [
            decision
            for record in self.records(topics.DECISIONS)
            for decision in batches.decode_decisions(record.value or b"")
        ]
        self.outcomes = [OutcomeMessage.parse(record.value or b"") for record in self.records(topics.LABEL_OUTCOMES)]
        requests = self.records(topics.LABEL_REQUESTS)
        self.requests = [RequestMessage.parse(record.value) for record in requests if record.value is not None]
        self.closed = [(record.key or b"").decode() for record in requests if record.value is None]
        letters = self.records(topics.DEAD_LETTERS)
        self.dead_letters = [(record.key or b"").decode() for record in letters]
        self.given_up = {(record.key or b"").decode() for record in letters if ("reason", b"killed") in record.headers}
        """What was set aside because several processes ended over it, by chance here: it is accounted for."""

    def records(self, topic: str) -> list[Record]:
        """All records of a topic."""
        return [
            record
            for partition in range(self._broker.partitions(topic))
            for record in self._broker.fetch((topic, partition), 0, _ALL)
        ]

    def examples(self) -> dict[str, tuple[str, str]]:
        """Reviewer and label of each example in the learner's saved state, by its key."""
        state = {record.key or b"": record.value for record in self.records(topics.LEARNER_STATE)}
        segments = [value for key, value in state.items() if key.startswith(Examples.PREFIX.encode()) and value]
        columns = [states.decode(value).fields for value in segments]
        return {
            key: (reviewer, label)
            for each in columns
            for key, reviewer, label in zip(each["key"], each["reviewer"], each["label"], strict=True)
        }

    def given_up_texts(self) -> set[str]:
        """The origins of the texts that were given up, alone or with their batch."""
        texts = set(self.given_up)
        for record in self.records(topics.ITEMS):
            if f"{self.identities[topics.ITEMS]}/0/{record.offset}" in self.given_up:
                with suppress(Unreadable):
                    batch = batches.decode(record.value or b"")
                    texts |= set(batch.items.origins) if isinstance(batch, batches.ItemsBatch) else set()
        return texts

    def digest(self) -> str:
        """A hash of every byte, offset and time."""
        digest = sha256()
        for topic in topics.TOPICS:
            for line in map(_line, self.records(topic)):
                digest.update(b"%d:" % len(line) + line)
        return digest.hexdigest()


@dataclass
class Observer:
    """A reader of committed records who looks in now and then, and trusts nothing to stay as it was."""

    broker: Broker
    broken: list[str] = field(default_factory=list)
    _seen: dict[str, list[Record]] = field(default_factory=dict)

    def look(self, watched: Iterable[str] = (topics.DECISIONS, topics.LABEL_REQUESTS, topics.LABEL_OUTCOMES)) -> None:
        """Compare what is there with what was there."""
        for topic in watched:
            before, after = self._seen.get(topic, []), self.broker.fetch((topic, 0), 0, _ALL)
            if after[: len(before)] != before:
                self.broken.append(f"{topic} was rewritten")
            self._seen[topic] = after


def _line(record: Record) -> bytes:
    place = (record.topic, record.partition, record.offset)
    return repr((*place, record.key, record.value, record.headers, record.time)).encode()
