"""Labelled texts + simulated reviewers -> what a configuration would have done, without a journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from stream.drift.signals import Alarm
from stream.evaluation.scores import accuracy, macro_f1
from stream.keyed import fork, uniform
from stream.learner import Learner
from stream.records import ClassNames, Floats, Items, Label, Request, Verdict

CURVE_POINTS = 50
_BATCH_TEXTS = 250


@dataclass(frozen=True)
class Labelled:
    """A data set of n texts in stream order: texts, their true labels, and their embeddings (n, d)."""

    texts: Sequence[str]
    labels: Sequence[str]
    embeddings: Floats
    names: ClassNames | None = None


@dataclass(frozen=True)
class Scenario:
    """How the simulation runs: see `sluice backtest --help`.

    ``budget`` as a decimal string or fraction; ``latency`` in texts between request and answer; ``noise`` is the share
    of wrong answers; every (1 / ``test_fraction``)-th text is held back; ``limit`` cuts the file first.
    """

    budget: Fraction
    latency: int = 200
    noise: float = 0.0
    test_fraction: float = 0.25
    limit: int | None = None
    shuffle: bool = False

    def split(self, texts: int, seed: int) -> tuple[list[int], list[int]]:
        """Indices of the stream and of the held-back texts."""
        order = np.random.default_rng(seed).permutation(texts) if self.shuffle else np.arange(texts)
        kept = order[: self.limit].tolist()
        every = round(1 / self.test_fraction) if self.test_fraction > 0 else len(kept) + 1
        return [t for i, t in enumerate(kept, 1) if i % every], [t for i, t in enumerate(kept, 1) if i % every == 0]


@dataclass
class Run:
    """What happened in one seed; ``spending`` is the number asked at each point of the curve."""

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


Progress = Callable[[int], None]
"""Told how many more texts were simulated."""


def simulate(data: Labelled, scenario: Scenario, learner: Learner, seed: int, progress: Progress) -> Run:
    """Run the stream of this seed through a new learner, answering its requests late and, if asked to, wrongly."""
    stream, test = scenario.split(len(data.texts), seed)
    simulation = _Simulation(data, scenario, learner, seed, stream, test)
    if data.names is not None:
        learner.name(data.names)
    simulation.refit()
    for start, end in simulation.batches(len(stream)):
        simulation.feed(start, end)
        progress(end - start)
    return simulation.finish()


class _Simulation:
    """One stream on its way through a learner; a text takes one second, so that limits per hour mean something."""

    def __init__(
        self,
        data: Labelled,
        scenario: Scenario,
        learner: Learner,
        seed: int,
        stream: Sequence[int],
        test: Sequence[int],
    ) -> None:
        self._data, self._scenario, self._learner, self._seed = data, scenario, learner, seed
        self._stream, self._test = stream, test
        self._classes = sorted(set(data.labels))
        self._open: deque[tuple[int, int, Request]] = deque()
        self._predicted: list[str | None] = []
        self._asked = 0
        self._overspend = Fraction(0)
        self._curve: list[tuple[int, float]] = []
        self._texts_at: list[int] = []
        self._answers = 0

    def batches(self, texts: int) -> Iterator[tuple[int, int]]:
        """Ranges of texts between which no answer falls due and no point of the curve lies."""
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
        items = Items(
            origins=[f"backtest/stream/0/{position}" for position in range(start, end)],
            ids=[f"backtest/stream/0/{position}" for position in range(start, end)],
            texts=[self._data.texts[row] for row in rows],
            embeddings=self._data.embeddings[rows],
            labels=[None] * len(rows),
            sources=[""] * len(rows),
        )
        seen = self._learner.observe(items, float(start))
        positions = {decision.origin: start + offset for offset, decision in enumerate(seen.decisions)}
        for request in seen.requests:
            position = positions[request.origin]
            self._open.append((position + 1 + self._scenario.latency, position, request))
        self._predicted += [decision.label for decision in seen.decisions]
        for position, decision in enumerate(seen.decisions, start + 1):
            self._asked += decision.verdict is not Verdict.SKIP
            self._overspend = max(self._overspend, self._asked - self._scenario.budget * position)
        self.refit()

    def refit(self) -> None:
        """Run the refits that are due."""
        while (job := self._learner.job) is not None:
            self._learner.adopt(job.run())

    def finish(self) -> Run:
        """Give all outstanding answers, and measure."""
        self._answer(None)
        predicted = self._measure(len(self._stream))
        audit = self._learner.parts.evaluation.audit.running
        truth = [self._data.labels[row] for row in self._test]
        return Run(
            seed=self._seed,
            asked=self._asked,
            spent_fraction=self._asked / max(1, len(self._stream)),
            max_overspend=float(self._overspend),
            prequential_accuracy=accuracy(self._predicted, [self._data.labels[row] for row in self._stream]),
            test_accuracy=accuracy(predicted, truth),
            test_macro_f1=macro_f1(predicted, truth),
            audit_accuracy=audit._asdict(),
            curve=self._curve,
            texts_at=self._texts_at,
            alarms=list(self._learner.parts.signals.alarms),
        )

    def _answer(self, position: int | None) -> None:
        """Answer what is due before this position; None: all of it."""
        labels = []
        while self._open and (position is None or self._open[0][0] <= position):
            _, asked_at, request = self._open.popleft()
            labels.append(Label(request.request_id, self._say(asked_at), "simulated", self._answers))
            self._answers += 1
        if labels:
            self._learner.learn(labels, float(position if position is not None else len(self._stream)))
            self.refit()

    def _say(self, position: int) -> str:
        """What the reviewer says: the truth, or with the scenario's probability any other class."""
        truth = self._data.labels[self._stream[position]]
        wrong, which = uniform(fork(self._seed, "mistakes"), np.array([2 * position, 2 * position + 1]))
        if wrong >= self._scenario.noise or len(self._classes) < 2:
            return truth
        others = [label for label in self._classes if label != truth]
        return others[int(which * len(others))]

    def _measure(self, texts: int) -> list[str | None]:
        """Predict the held-back texts, and note a point of the curve."""
        probabilities = self._learner.predict(self._data.embeddings[self._test]).probabilities
        classes = self._learner.parts.knowledge.model.classes
        best = probabilities.argmax(axis=1) if classes else []
        predicted: list[str | None] = [classes[column] for column in best] if classes else [None] * len(self._test)
        self._curve.append((self._asked, accuracy(predicted, [self._data.labels[row] for row in self._test])))
        self._texts_at.append(texts)
        return predicted
