"""A process that is told to end while it reads the learner's state -> an end in one line, not half a state."""

from __future__ import annotations

import pytest

from services.edges.journal import kafka_writer
from services.edges.journal.base import JournalError
from services.edges.journal.kafka import KafkaJournal
from services.edges.settings import KafkaSettings

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
