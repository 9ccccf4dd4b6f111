"""Banking77 as traffic + simulated reviewers -> the whole service at work beside its random twin, and a report page."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from prometheus_client import CollectorRegistry

from services import assembly
from services.edges import batches, datasets, topics
from services.edges.charts import Course
from services.edges.datasets import Row
from services.edges.journal.base import Journal, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.learner_metrics import LearnerMetrics
from services.edges.messages import TextMessage
from services.edges.metrics import Metrics
from services.edges.settings import Settings, TaskClass
from services.intake.embedded import Intake
from services.learner import LearnerProcess
from services.oracle import Latency, Mistaken, Oracle, Truth
from stream.evaluation.scores import accuracy
from stream.records import Decision, Floats, Verdict
from stream.scenario import arrive_late

UNNAMED_CLASSES = 30
HELD_BACK_TEXTS = 1_000
_STEP_TEXTS = 100
_LATENCY_TEXTS = 100
_MISTAKES = 0.05


@dataclass(frozen=True)
class Traffic:
    """The texts in order, and those held back to measure on.

    From ``injected_at`` on, half of the texts are of classes that had none before and that the task does not name.
    """

    rows: Sequence[Row]
    held_back: Sequence[Row]
    named: Sequence[str]
    injected_at: int


@dataclass
class Progress:
    """How far the demo is: what a person watching it wants to know."""

    texts: int
    of: int
    asked: int
    labels: int
    accuracy: float
    random: float
    injected: bool
    noticed_at: int | None


@dataclass
class _Lane:
    """One learner with its journal and its reviewers."""

    journal: Journal
    learner: LearnerProcess
    oracle: Oracle
    course: Course = field(default_factory=lambda: Course([], [], []))

    def step(self, learning: bool) -> None:
        """Decide what has come, answer what is due, learn from it."""
        self._drain()
        if learning:
            self.oracle.step(0.0)
            self._drain()

    def finish(self, learning: bool) -> None:
        """Answer all that is still open, and learn from it."""
        if learning:
            self.oracle.finish()
        self._drain()

    def measure(self, texts: int, embeddings: Floats, labels: Sequence[str]) -> None:
        """Note a point of the course: accuracy on the held-back texts."""
        learner = self.learner.learner
        probabilities, classes = learner.predict(embeddings).probabilities, learner.parts.knowledge.model.classes
        predicted = [classes[best] for best in probabilities.argmax(axis=1)] if classes else [None] * len(labels)
        course = self.course
        point = (float(texts), float(learner.parts.budget.asked), accuracy(predicted, labels))
        self.course = Course(*([*old, new] for old, new in zip(_columns(course), point, strict=True)))

    def close(self) -> None:
        self.learner.close()
        self.journal.close()

    def _drain(self) -> None:
        while self.learner.step(0.0):
            pass


def draw_traffic(rows: Sequence[Row], texts: int, seed: int) -> Traffic:
    """Draw which classes come late, and the order of the texts. Raises ValueError where there are too few texts."""
    random = Random(seed)
    classes = sorted({row.label for row in rows if row.label is not None})
    late = set(random.sample(classes, UNNAMED_CLASSES))
    shuffled = random.sample(rows, len(rows))
    known = [row for row in shuffled if row.label not in late]
    new = [row for row in shuffled if row.label in late]
    held_back, known = known[:HELD_BACK_TEXTS], known[HELD_BACK_TEXTS:]
    first, second, coming = arrive_late(known, new, texts)
    mixed = second + coming
    random.shuffle(mixed)
    return Traffic(first + mixed, held_back, [name for name in classes if name not in late], len(first))


class Demo:
    """The whole service over two journals: ours, and the same texts under random sampling; driven step by step.

    Everything is real but the reviewers, who answer ``_LATENCY_TEXTS`` texts later, one in twenty times wrongly, and
    the clock of the traffic, which comes as fast as it is encoded.
    """

    def __init__(self, settings: Settings, texts: int, directory: Path, *, learning: bool = True) -> None:
        seed = settings.learner.seed
        self.traffic = draw_traffic(datasets.load(datasets.BANKING77).rows, texts, seed)
        task = settings.task.model_copy(update={"classes": tuple(TaskClass(name=n) for n in self.traffic.named)})
        self.settings = settings.model_copy(update={"task": task})
        self._learning = learning
        self._encoder = assembly.build_encoder(settings)
        self._ours = self._lane(directory / "ours", settings.learner.strategy)
        self._random = self._lane(directory / "random", "random")
        metrics = Metrics(CollectorRegistry())
        self._intake = Intake(self._ours.journal, self._encoder, task.classes, metrics)
        self._copied = 0
        self._held_labels = [row.label or "" for row in self.traffic.held_back]
        self._held_embeddings = self._encoder.encode([row.text for row in self.traffic.held_back])

    def run(self) -> Iterator[Progress]:
        """Let the texts pass; says after each step how far it is."""
        rows = self.traffic.rows
        self._step(0)
        yield self._progress(0)
        for start in range(0, len(rows), _STEP_TEXTS):
            block = rows[start : start + _STEP_TEXTS]
            self._ours.journal.append([TextMessage(id=row.id, text=row.text).record() for row in block])
            self._intake.step(0.0)
            if start + len(block) == len(rows):
                self._finish()
            self._step(start + len(block))
            yield self._progress(start + len(block))

    def close(self) -> None:
        """Release both journals."""
        self._intake.close()
        self._ours.close()
        self._random.close()

    def summary(self) -> dict[str, Any]:
        """What `sluice demo --json` prints, but for the report's place."""
        ours, random = self._ours, self._random
        decisions = _decisions(ours.journal)
        asked = sum(decision.verdict is not Verdict.SKIP for decision in decisions)
        budget = Fraction(str(self.settings.budget.fraction))
        return {
            "texts": len(decisions),
            "asked": asked,
            "budget": float(budget),
            "max_overspend": float(_overspend(decisions, budget)),
            "spent_fraction": asked / len(decisions),
            "accuracy": _accuracy(ours.course),
            "random": {"asked": int(random.course.asked[-1]), "accuracy": _accuracy(random.course)},
            "drift": self._drift(),
        }

    @property
    def courses(self) -> tuple[Course, Course]:
        """Ours, and random sampling's."""
        return self._ours.course, self._random.course

    def _lane(self, directory: Path, strategy: str) -> _Lane:
        learner = self.settings.learner.model_copy(update={"strategy": strategy})
        journal = SqliteJournal(directory)
        process = LearnerProcess(
            journal,
            assembly.build_learner(self.settings.model_copy(update={"learner": learner})),
            self._encoder.name,
            LearnerMetrics(Metrics(CollectorRegistry())),
            inline_refit_size=sys.maxsize,
        )
        truth = Truth({row.id: row.label or "" for row in self.traffic.rows}, {})
        classes = tuple(sorted(set(truth.by_id.values())))
        reviewers = Mistaken(truth, classes, _MISTAKES, self.settings.learner.seed)
        return _Lane(journal, process, Oracle(journal, reviewers, Latency(texts=_LATENCY_TEXTS)))

    def _step(self, texts: int) -> None:
        self._copy_items()
        for lane in (self._ours, self._random):
            lane.step(self._learning)
            lane.measure(texts, self._held_embeddings, self._held_labels)

    def _finish(self) -> None:
        """The last texts are decided and every request answered before the last measurement."""
        self._copy_items()
        for lane in (self._ours, self._random):
            lane.step(self._learning)
            lane.finish(self._learning)

    def _copy_items(self) -> None:
        """Give the twin the very batches that our learner reads: encoded once."""
        while records := self._ours.journal.read({(topics.ITEMS, 0): self._copied}, 64):
            self._random.journal.append([Message(topics.ITEMS, record.value) for record in records])
            self._copied = records[-1].offset + 1

    def _drift(self) -> dict[str, Any]:
        injected = self.traffic.injected_at
        alarms = [alarm.texts for alarm in self._ours.learner.learner.parts.signals.alarms]
        return {
            "injected_at": injected,
            "noticed_at": next((texts for texts in alarms if texts > injected), None),
            "false_alarms": sum(texts <= injected for texts in alarms),
        }

    def _progress(self, texts: int) -> Progress:
        learner = self._ours.learner.learner
        return Progress(
            texts=texts,
            of=len(self.traffic.rows),
            asked=learner.parts.budget.asked,
            labels=len(learner.parts.knowledge.examples),
            accuracy=self._ours.course.accuracy[-1],
            random=self._random.course.accuracy[-1],
            injected=texts > self.traffic.injected_at,
            noticed_at=self._drift()["noticed_at"],
        )


def _columns(course: Course) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    return course.texts, course.asked, course.accuracy


def _accuracy(course: Course) -> dict[str, float]:
    quarter = next(point for point, texts in enumerate(course.texts) if texts >= course.texts[-1] / 4)
    return {"no_label": course.accuracy[0], "first_quarter": course.accuracy[quarter], "final": course.accuracy[-1]}


def _decisions(journal: Journal) -> list[Decision]:
    """All decisions as they were published."""
    decisions: list[Decision] = []
    position = 0
    while records := journal.read({(topics.DECISIONS, 0): position}, 256):
        decisions += [decision for record in records for decision in batches.decode_decisions(record.value or b"")]
        position = records[-1].offset + 1
    return decisions


def _overspend(decisions: Sequence[Decision], budget: Fraction) -> Fraction:
    """By how much the requests exceeded the budget at the worst prefix."""
    asked, worst = 0, Fraction(0)
    for seen, decision in enumerate(decisions, 1):
        asked += decision.verdict is not Verdict.SKIP
        worst = max(worst, asked - budget * seen)
    return worst
