"""A learner that is stopped, or loses its name, again and again -> the very course of one that never was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from services.edges import states, topics
from services.edges.journal.base import Fenced, Message
from services.edges.messages import OutcomeMessage
from services.learner import LearnerProcess
from stream.records import Decision, Entry, OutcomeKind
from tests.laws import worlds
from tests.laws.worlds import EVENT_EVERY, TEXTS, Configuration, Diary, World
from tests.services.worlds import ENCODER, NOON, Service, learner_with

EVENTS = range(EVENT_EVERY, TEXTS + 1, EVENT_EVERY)
CUT = 20
"""Each event's texts come in two batches, cut here, and the first of them comes twice."""

ENDLESS_REFIT = """
import sys
from pathlib import Path
from threading import Event

from stream.records import Entry
from tests.services.worlds import Service


class Endless:
    size = 10**9

    def run(self):
        Event().wait()

    def save(self):
        return Entry()


service = Service(Path(sys.argv[1]))
process = service.process()
process.learner.parts.knowledge.job = Endless()
service.texts("where is my card")
process.step(0.0)
process.close()
"""


@dataclass(frozen=True)
class Course:
    """All that a stream left behind."""

    decisions: list[Decision]
    outcomes: list[OutcomeMessage]
    closed: list[str]
    state: dict[str, bytes | None]
    updates: float


class Stream:
    """A stream with all that breaks laws, on its way through one process after the other."""

    def __init__(self, directory: Path) -> None:
        self.world, self.service = World(3, Configuration()), Service(directory)
        self.process = self._next(first=True)
        self._updates = 0.0

    def restart(self) -> None:
        """End the process in order; the next one goes on."""
        self._updates += self.service.sample("model_updates_total") or 0.0
        self.process.close()
        self.process = self._next()

    def lose_name(self) -> None:
        """Another process is elected while this one does not know: what it does next must leave nothing."""
        self._updates += self.service.sample("model_updates_total") or 0.0
        (self.service.directory / "learner.lock").unlink()
        paused, self.process = self.process, self._next()
        with pytest.raises(Fenced):
            paused.step(0.0)

    def write_texts(self, event: int) -> None:
        """The texts before this event, some of them twice."""
        start = event - EVENT_EVERY
        for first, end in ((start, start + CUT), (start + CUT, event), (start, start + CUT)):
            self.service.items(self.world.items(first, end))
        self.service.now = NOON + event

    def write_answers(self, event: int) -> None:
        """What reviewers say before this event."""
        for label in self.world.answers(Diary(self.service.decisions()), event):
            self.service.answer(label.request_id, label.label, label.reviewer, label.corrects)

    def close(self) -> Course:
        """End; tells all that was written."""
        self.restart()
        self.process.close()
        service = self.service
        closed = [request_id for request_id, request in service.requests().items() if request is None]
        course = Course(service.decisions(), service.outcomes(), closed, _timeless(service.state()), self._updates)
        service.journal.close()
        return course

    def _next(self, first: bool = False) -> LearnerProcess:
        learner = worlds.new_learner(self.world.configuration)
        if first:
            self.world.start(learner)
        return self.service.process(learner, wait=False)


def _timeless(state: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """A state without the times at which items were written: each commit, a restart's too, moves them on."""
    window = states.decode(state["window"] or b"")
    places = [run[:3] for run in window.fields["runs"]]
    return state | {"window": states.encode(Entry({"runs": places}, window.arrays))}


def run(directory: Path, restarts: Collection[int] = (), losses: Collection[int] = ()) -> Course:
    """Let the whole stream pass; at some events the process is ended, at some it loses its name."""
    stream = Stream(directory)
    for event in EVENTS:
        stream.write_texts(event)
        if event in losses:
            stream.lose_name()
        stream.process.step(0.0)
        if event in restarts:
            stream.restart()
        stream.write_answers(event)
        stream.process.step(0.0)
    return stream.close()


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course of a process that never ends."""
    return run(tmp_path_factory.mktemp("straight"))


def test_the_stream_crosses_what_makes_restarts_go_wrong(straight: Course) -> None:
    kinds = {outcome.outcome for outcome in straight.outcomes}

    assert len(straight.decisions) < TEXTS == 700
    assert kinds >= {OutcomeKind.LEARNED, OutcomeKind.LATE, OutcomeKind.CORRECTED, OutcomeKind.REPEATED}
    assert len(straight.closed) > 10
    assert straight.updates >= 5


def test_a_restarted_process_goes_on_bit_for_bit(straight: Course, tmp_path: Path) -> None:
    course = run(tmp_path, restarts=range(EVENT_EVERY, TEXTS, 2 * EVENT_EVERY))

    assert course.decisions == straight.decisions
    assert course.outcomes == straight.outcomes
    assert course == straight


def test_a_process_that_lost_its_name_in_the_middle_leaves_no_trace(straight: Course, tmp_path: Path) -> None:
    assert run(tmp_path, losses=[105, 350, 595]) == straight


def test_the_window_comes_back_from_several_batches_without_the_refused_rows(service: Service) -> None:
    process = service.process()
    service.texts("lost card", "refund please")
    service.texts("where is it?")
    service.journal.append([Message(topics.ITEMS, service.records(topics.ITEMS)[0].value)])
    service.texts("a fee?")
    process.step(0.0)
    window = process.learner.parts.window.last(1_000).copy()
    process.close()

    restored = service.process().learner.parts.window.last(1_000)
    assert np.array_equal(window, ENCODER.encode(["lost card", "refund please", "where is it?", "a fee?"]))
    assert np.array_equal(restored, window)


def test_a_refit_that_was_under_way_in_the_thread_begins_again(service: Service) -> None:
    process = service.process(inline_refit_size=0)
    service.texts("lost card", labels=["card_lost"])
    process.step(0.0)
    assert process.learner.job is not None
    head = process.learner.job.run()
    process.close()
    process = service.process(inline_refit_size=0)
    assert process.learner.version == 1

    service.finish_refit(process)
    adopted = process.learner.parts.knowledge.model.save()["model/head"]
    assert {name: array.tolist() for name, array in adopted.arrays.items()} == {
        name: array.tolist() for name, array in head.arrays.items()
    }
    assert (process.learner.job, process.learner.version, service.state()["job"]) == (None, 2, None)


def test_a_learner_goes_on_with_the_largest_limits_that_can_be_set(service: Service) -> None:
    century, most = 100 * 365.25 * 86_400, 2**63 - 1
    limits = ("per_hour", "per_day", "max_open", "burst", "carry", "catch_up")
    largest: dict[str, object] = {f"budget__{name}": most for name in limits}
    largest |= {"requests__expire_seconds": century, "budget__max_queue_seconds": century}
    for text in ("where is my card", "refund please"):
        with closing(service.process(learner_with(**largest))) as process:
            service.texts(text)
            process.step(0.0)
    assert len(service.open()) == 2


def test_the_end_of_a_process_does_not_wait_for_its_refit(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", ENDLESS_REFIT, tmp_path], check=True, timeout=60.0)
