"""Labelled texts + simulated reviewers -> what a configuration would have done, without a journal."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stream.drift.signals import Alarm
from stream.evaluation.scores import accuracy, class_scores, macro_f1
from stream.learner import Learner
from stream.records import ClassNames, Floats
from stream.scenario import Reviewers, Scenario, Split
from stream.subject import LearnerSubject, Subject

CURVE_POINTS = 50
_BATCH_TEXTS = 250


@dataclass(frozen=True)
class Labelled:
    """A data set of n texts in stream order: texts, their true labels, and their embeddings (n, d)."""

    texts: Sequence[str]
    labels: Sequence[str]
    embeddings: Floats
    names: ClassNames | None = None


@dataclass
class Run:
    """What happened in one seed.

    ``curve`` has, after every `CURVE_POINTS`-th part of the stream and at its end, labels requested and test accuracy;
    ``texts_at`` the texts seen by then, and ``audits`` the audited accuracy beside that of all predictions so far.
    """

    seed: int
    asked: int
    spent_fraction: float
    max_overspend: float
    prequential_accuracy: float
    test_accuracy: float
    test_macro_f1: float
    audit_accuracy: dict[str, Any]
    curve: list[tuple[int, float]]
    texts_at: list[int]
    alarms: list[Alarm]
    audits: list[dict[str, Any]]
    per_class: dict[str, dict[str, Any]]
    changed_at: int | None


Progress = Callable[[int], None]
"""Told how many more texts were simulated."""


def simulate(data: Labelled, scenario: Scenario, learner: Learner, seed: int, progress: Progress) -> Run:
    """Run the stream of this seed through a new learner, answering its requests late and, if asked to, wrongly.

    Classes that come late are not named beforehand.
    """
    late = scenario.arrange(data.labels, seed).late
    names = data.names if data.names is None or not late else without(data.names, late)
    return put_to_test(data, scenario, LearnerSubject(learner, names), seed, progress)


def put_to_test(data: Labelled, scenario: Scenario, subject: Subject, seed: int, progress: Progress) -> Run:
    """The same for anything that predicts, asks and learns."""
    simulation = _Simulation(data, scenario, subject, seed)
    for start, end in simulation.batches():
        simulation.feed(start, end)
        progress(end - start)
    return simulation.finish()


def without(names: ClassNames, late: frozenset[str]) -> ClassNames:
    """The names of all other classes."""
    kept = [place for place, name in enumerate(names.names) if name not in late]
    return ClassNames(tuple(names.names[place] for place in kept), names.embeddings[kept], f"{names.digest}/early")


class _Simulation:
    """One stream on its way through a subject; a text takes one second, so that limits per hour mean something."""

    def __init__(self, data: Labelled, scenario: Scenario, subject: Subject, seed: int) -> None:
        self._data, self._scenario, self._subject, self._seed = data, scenario, subject, seed
        self._split: Split = scenario.arrange(data.labels, seed)
        self._stream = self._split.stream
        self._truth = [data.labels[row] for row in self._stream]
        self._test = data.embeddings[self._split.test]
        self._test_truth = [data.labels[row] for row in self._split.test]
        self._classes = sorted(set(data.labels))
        self._reviewers = Reviewers(scenario, self._truth, self._classes, seed)
        self._open: deque[tuple[int, int]] = deque()
        self._predicted: list[str | None] = []
        self._right = 0
        self._asked: list[int] = []
        self._overspend = Fraction(0)
        self._curve: list[tuple[int, float]] = []
        self._texts_at: list[int] = []
        self._audits: list[dict[str, Any]] = []

    def batches(self) -> Iterator[tuple[int, int]]:
        """Ranges of texts between which no answer falls due and no point of the curve lies."""
        texts = len(self._stream)
        points = sorted({round(texts * point / CURVE_POINTS) for point in range(1, CURVE_POINTS + 1)} - {0})
        start = 0
        for point in points:
            while start < point:
                self._answer(start)
                due = self._open[0][0] if self._open else point
                end = min(point, due, start + min(max(1, self._scenario.latency), _BATCH_TEXTS))
                yield start, end
                start = end
            self._measure(point)

    def feed(self, start: int, end: int) -> None:
        """Let texts start to end of the stream pass."""
        rows = self._stream[start:end]
        seen = self._subject.observe([self._data.texts[row] for row in rows], self._data.embeddings[rows], start)
        for offset in seen.asked:
            self._asked.append(start + offset)
            self._open.append((start + offset + 1 + self._scenario.latency, start + offset))
            spent = len(self._asked) - self._scenario.budget * (start + offset + 1)
            self._overspend = max(self._overspend, spent)
        self._predicted += seen.predicted
        self._right += sum(p == t for p, t in zip(seen.predicted, self._truth[start:end], strict=True))

    def finish(self) -> Run:
        """Give all outstanding answers, and measure."""
        self._answer(None)
        predicted = self._measure(len(self._stream))
        return Run(
            seed=self._seed,
            asked=len(self._asked),
            spent_fraction=len(self._asked) / max(1, len(self._stream)),
            max_overspend=float(self._overspend),
            prequential_accuracy=accuracy(self._predicted, self._truth),
            test_accuracy=accuracy(predicted, self._test_truth),
            test_macro_f1=macro_f1(predicted, self._test_truth),
            audit_accuracy=self._subject.audit(),
            curve=self._curve,
            texts_at=self._texts_at,
            alarms=self._subject.alarms(),
            audits=self._audits,
            per_class=self._per_class(predicted),
            changed_at=self._split.changed_at,
        )

    def _answer(self, position: int | None) -> None:
        """Answer what is due before this position; None: all of it."""
        answers = []
        while self._open and (position is None or self._open[0][0] <= position):
            _, asked_at = self._open.popleft()
            if (label := self._reviewers.say(asked_at)) is not None:
                answers.append((asked_at, label))
        if answers:
            self._subject.learn(answers, position if position is not None else len(self._stream))

    def _measure(self, texts: int) -> list[str | None]:
        """Predict the held-back texts, and note a point of the curve."""
        predicted = self._subject.predict(self._test) if self._test_truth else []
        self._curve.append((len(self._asked), accuracy(predicted, self._test_truth)))
        self._texts_at.append(texts)
        self._audits.append({**self._subject.audit(), "running_accuracy": self._right / max(1, texts)})
        return predicted

    def _per_class(self, predicted: Sequence[str | None]) -> dict[str, dict[str, Any]]:
        """How each class of the file was predicted at the end, and how many texts of it were asked about."""
        asked = Counter(self._truth[position] for position in self._asked)
        scores = class_scores(predicted, self._test_truth, self._classes)
        return {label: {**scores[label], "asked": asked[label]} for label in self._classes}
