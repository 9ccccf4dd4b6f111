"""What a learner says of a clock that is behind its own time."""

from __future__ import annotations

from structlog.testing import capture_logs

from services.learner import LearnerProcess
from tests.services.worlds import NOON, Service

FAR = NOON - 7_200.0


def told(service: Service, process: LearnerProcess, *times: float) -> list[int]:
    """How far behind it says the clock is, stepped at these times."""
    with capture_logs() as logs:
        for service.now in times:
            process.step(0.0)
    return [each["seconds"] for each in logs if each["event"] == "clock_behind"]


def test_a_clock_that_is_behind_is_told_once_each_time(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    assert told(service, process, NOON, NOON - 5.0, NOON - 3_600.0, NOON - 3_000.0, NOON + 1.0, FAR) == [3_600, 7_201]
    process.close()


def test_the_next_process_tells_it_as_well(service: Service) -> None:
    service.texts("lost card")
    first = service.process()
    assert told(service, first, NOON) == []
    first.close()
    second = service.process()
    assert told(service, second, FAR, FAR) == [7_200]
    second.close()
