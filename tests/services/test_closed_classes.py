"""A closed list of classes that was changed -> what the next learner says of classes that are not in it any more."""

from __future__ import annotations

from collections.abc import Sequence

from structlog.testing import capture_logs

from services.learner import LearnerProcess
from tests.services.worlds import Service, learner_with


def started(service: Service, *classes: str, closed: bool = True) -> tuple[LearnerProcess, list[Sequence[str]]]:
    """The next process with this list, and the classes that it says no answer may name."""
    with capture_logs() as logs:
        process = service.process(learner_with(task__classes=list(classes), task__closed=closed))
    return process, [each["classes"] for each in logs if each["event"] == "classes_not_listed"]


def test_classes_that_a_closed_list_names_no_more_are_told_at_each_start(service: Service) -> None:
    process, told = started(service, "card", "refund")
    service.texts("lost card", "money back", labels=["card", "refund"])
    while process.step(0.0):
        pass
    process.close()
    assert told == []
    for classes, closed, expected in (
        (("card",), True, [["refund"]]),
        (("card",), True, [["refund"]]),
        (("card",), False, []),
        (("card", "refund", "login"), True, []),
    ):
        process, told = started(service, *classes, closed=closed)
        process.close()
        assert told == expected
