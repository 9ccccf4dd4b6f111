"""A text that was forgotten on Kafka -> gone from the compacted topics once they are compacted."""

from __future__ import annotations

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from services.edges import topics
from services.edges.command_messages import CommandMessage, CommandOutcome, CommandResult
from services.edges.journal.base import Message
from services.edges.kafka_client import administration
from services.edges.messages import LabelMessage, TextMessage
from services.edges.outcome_keys import of_command
from services.edges.settings import KafkaSettings
from tests.services.cli.conftest import Service
from tests.waiting import wait_for

pytestmark = pytest.mark.slow
SECRET = "my card 4929 1234 was eaten by the machine in Leith"
COMPACTED = [topic.name for topic in topics.TOPICS.values() if topic.compacted]
AT_ONCE = {"segment.ms": "200", "min.cleanable.dirty.ratio": "0.0", "max.compaction.lag.ms": "200"}


def holding(service: Service, text: str) -> set[str]:
    """The compacted topics of which a record that is kept holds the text."""
    positions = {place: low for name in COMPACTED for place, (low, _) in service.journal.bounds(name).items()}
    found = set()
    while records := service.journal.read(positions, 1_000):
        for record in records:
            positions[record.topic, record.partition] = record.offset + 1
            if text.encode() in (record.value or b""):
                found.add(record.topic)
    return found


def compact_at_once(kafka: KafkaSettings) -> None:
    """Let segments of compacted topics end after a fraction of a second, and be compacted at the next look."""
    with administration(kafka) as admin:
        names = [f"{kafka.topic_prefix}{name}" for name in COMPACTED]
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=AT_ONCE) for name in names])


def write_everywhere(service: Service) -> bool:
    """End the segments of all compacted topics: each with a record that changes nothing."""
    service.journal.append([Message(name, b"", key=b"filler") for name in COMPACTED])
    return True


def outcome(service: Service, command_id: str) -> CommandOutcome | None:
    place = (topics.LABEL_OUTCOMES, 0)
    for record in service.journal.read({place: service.journal.bounds(place[0])[place][0]}, 1_000):
        if record.key == of_command(command_id):
            return CommandOutcome.parse(record.value or b"")
    return None


def test_a_forgotten_text_leaves_the_compacted_topics(service: Service, kafka: KafkaSettings) -> None:
    service.journal.append([TextMessage(text=f"{SECRET} {row}", id=f"order-{row}").record() for row in range(6)])
    service.settle()
    asked = next(iter(service.learner.learner.parts.pending)).request
    service.journal.append([LabelMessage(request_id=asked.request_id, label="eaten", reviewer="ann").record()])
    service.settle()
    assert holding(service, asked.text) == {topics.LABEL_REQUESTS, topics.LEARNER_STATE}

    command = CommandMessage.read({"command_id": "f1", "kind": "forget", "arguments": {"text": asked.text_id}})
    service.journal.append([command.record()])
    told = wait_for(lambda: service.settle() or outcome(service, "f1"))
    assert (told.outcome, told.detail) == (
        CommandResult.DONE, "forgotten: 1 examples, 0 open requests, 0 dead letters"
    )  # fmt: skip

    compact_at_once(kafka)
    wait_for(lambda: write_everywhere(service) and not holding(service, asked.text))
