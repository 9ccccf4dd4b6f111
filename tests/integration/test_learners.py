"""Learner processes on a Kafka: one is active, the others stand by; each ends when it is told to."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from services.edges import kafka_topics
from services.edges.journal.base import JournalError
from services.edges.kafka_client import administration
from services.edges.settings import KafkaSettings
from tests.integration.standing import END_SECONDS, environment, serving, start
from tests.waiting import PATIENCE_SECONDS, wait_for

pytestmark = pytest.mark.slow
STANDBY = (503, "not ready yet: standby")
WELL = (200, "")


def test_a_standby_takes_over_from_the_learner_that_is_told_to_end(kafka: KafkaSettings, tmp_path: Path) -> None:
    processes = [start("learner", variables=environment(kafka), cwd=tmp_path) for _ in range(3)]
    with serving(processes[0]) as one, serving(processes[1]) as two, serving(processes[2]) as three:
        learners = [one, two, three]
        active = wait_for(lambda: next((each for each in learners if each.health("/readyz") == WELL), None))
        waiting = [each for each in learners if each is not active]

        assert [each.health("/readyz") for each in waiting] == [STANDBY, STANDBY]
        assert [each.health("/livez") for each in learners] == [WELL, WELL, WELL]
        assert [each.metric("learner_active") for each in [active, *waiting]] == [1, 0, 0]

        code, seconds = waiting[0].end(signal.SIGTERM)
        assert (code, seconds < END_SECONDS) == (0, True)
        code, seconds = active.end(signal.SIGTERM)
        assert (code, seconds < END_SECONDS) == (0, True)
        assert wait_for(lambda: waiting[1].health("/readyz") == WELL)
        assert waiting[1].metric("learner_active") == 1


def _planned(kafka: KafkaSettings) -> list[object]:
    """What would be changed; nothing while a topic is listed that has no settings any more."""
    try:
        return list(kafka_topics.plan(kafka))
    except JournalError:
        return []


def test_a_topic_that_is_not_as_it_should_be_is_named_in_one_line(kafka: KafkaSettings, tmp_path: Path) -> None:
    with administration(kafka) as admin:
        admin.delete_topics([f"{kafka.topic_prefix}labels"])
    wait_for(lambda: _planned(kafka))

    process = start("learner", variables=environment(kafka), cwd=tmp_path)
    _, told = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert told.splitlines() == [f"sluice: topic {kafka.topic_prefix}labels is missing: `sluice topics apply` mends it"]
