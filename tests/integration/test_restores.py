"""A learner's state that cannot be had whole, or is gone -> an end in one line, not half a state or none."""

from __future__ import annotations

import pytest

from services.edges.journal import kafka_writer
from services.edges.journal.base import JournalError
from services.edges.journal.kafka import KafkaJournal
from services.edges.settings import KafkaSettings
from services.edges.topics import ITEMS, LEARNER_STATE
from tests.integration.intake_worlds import Topics

pytestmark = pytest.mark.slow


def test_a_journal_that_is_closed_during_a_restore_gives_no_part_of_the_state(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended_meanwhile(*arguments: object) -> object:
        journal.close()
        return made(*arguments)

    journal, made = KafkaJournal(kafka), kafka_writer.transactional_producer
    monkeypatch.setattr(kafka_writer, "transactional_producer", ended_meanwhile)
    with pytest.raises(JournalError, match="has been closed"):
        journal.writer("learner")


def test_a_state_that_is_gone_is_not_begun_anew_for_all_texts_would_be_decided_again(
    kafka: KafkaSettings, topics: Topics
) -> None:
    with KafkaJournal(kafka) as journal, journal.writer("learner") as writer:
        writer.commit([], {"model": b"1"}, {(ITEMS, 0): 3})
    topics.recreate(LEARNER_STATE)
    told = (
        r"learner-state is empty, but .*\.items was read up to 3: restore it, or begin with another SLUICE_KAFKA__TOPIC"
    )
    with KafkaJournal(kafka) as journal, pytest.raises(JournalError, match=told):
        journal.writer("learner")
