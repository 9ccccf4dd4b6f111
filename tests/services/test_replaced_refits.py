"""Refits that are replaced while they run -> one at a time, and none of them installed."""

from __future__ import annotations

import threading

from services.edges import topics
from stream.records import Entry
from tests.services.commanded import drain, outcome, taught, tell
from tests.services.worlds import Service


class Held:
    """A refit that ends once it may."""

    size = 10**9

    def __init__(self) -> None:
        self.may_end = threading.Event()

    def run(self) -> Entry:
        self.may_end.wait()
        return Entry()

    def save(self) -> Entry:
        return Entry()


def refits() -> int:
    return sum(thread.name == "refit" for thread in threading.enumerate())


def test_one_refit_runs_at_a_time_however_many_are_replaced(service: Service) -> None:
    process, held = taught(service, inline_refit_size=0), Held()
    process.learner.parts.knowledge.job = held
    process.step(0.0)
    for row in range(3):
        tell(service, "rebuild", command_id=f"rebuild {row}")
        process.step(0.0)
        assert (refits(), process.learner.job is held) == (1, False)
    assert service.records(topics.LABEL_OUTCOMES)[-1].key != b"command/rebuild 2"
    held.may_end.set()
    drain(process)

    assert [outcome(service, f"rebuild {row}")[0] for row in range(3)] == ["done"] * 3
