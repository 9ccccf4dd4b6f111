"""Labels that are not learned and have no outcome: they are told of, and the flow goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from structlog.testing import capture_logs

from services.learner import LearnerProcess
from stream.records import OutcomeKind
from tests.services.worlds import Service, learner_with


def drain(process: LearnerProcess) -> None:
    while process.step(0.0):
        pass


def test_labels_that_were_dropped_before_anybody_read_them_are_told_of_and_the_flow_goes_on(
    service: Service, tmp_path: Path
) -> None:
    service.texts("lost card", "refund please")
    process = service.process()
    drain(process)
    first, second = service.open()
    service.answer(first, "card")
    drain(process)
    process.close()
    service.answer(second, "refund")
    (file,) = tmp_path.rglob("sluice.db")
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM records WHERE topic = 'labels'")
    connection.close()

    with capture_logs() as logs:
        process = service.process()
    assert [(each["first"], each["last"]) for each in logs if each["event"] == "labels_lost"] == [(1, 1)]
    service.answer(second, "refund")
    drain(process)
    assert [outcome.outcome for outcome in service.outcomes()] == [OutcomeKind.LEARNED, OutcomeKind.LEARNED]
    process.close()

    with capture_logs() as logs:
        service.process().close()
    assert not [each for each in logs if each["event"] == "labels_lost"]


def test_a_label_that_a_text_brings_and_no_class_may_have_is_counted(service: Service) -> None:
    process = service.process(learner_with(task__classes=["card_lost"], task__closed=True))
    service.texts("lost card", labels=["card_lots"])
    drain(process)
    assert service.registry.get_sample_value("sluice_labels_total", {"outcome": "rejected"}) == 1
    process.close()
