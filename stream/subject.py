"""What is put to a test: texts in, predictions and requests out; answers in, whoever it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from stream.drift.signals import Alarm
from stream.learner import Learner
from stream.records import ClassNames, Floats, Items, Label, Request, Verdict


class Seen(NamedTuple):
    """What became of some texts: the class predicted for each, and which of them, by offset, are asked about."""

    predicted: list[str | None]
    asked: list[int]


class Subject(Protocol):
    """Anything that predicts, asks and learns in a stream; a text takes one second."""

    def observe(self, texts: Sequence[str], embeddings: Floats, start: int) -> Seen:
        """The texts at the positions from ``start`` on pass, with their embeddings (n, d); nothing is learned."""

    def learn(self, answers: Sequence[tuple[int, str]], position: int) -> None:
        """Learn what was asked about: positions with their labels, before the text at ``position`` comes."""

    def predict(self, embeddings: Floats) -> list[str | None]:
        """The class of each text (m, d), without any other effect; None where none is known."""

    def audit(self) -> dict[str, Any]:
        """The accuracy that it believes to have: estimate, low, high, answers; the estimate may be None."""

    def alarms(self) -> list[Alarm]:
        """The drift that it noticed."""


class LearnerSubject:
    """A new learner; refits run as soon as they are due."""

    def __init__(self, learner: Learner, names: ClassNames | None) -> None:
        self._learner = learner
        self._requests: dict[int, Request] = {}
        self._answers = 0
        if names is not None:
            learner.name(names)
        self._refit()

    def observe(self, texts: Sequence[str], embeddings: Floats, start: int) -> Seen:
        """As `Subject.observe`."""
        positions = range(start, start + len(texts))
        items = Items(
            origins=[f"backtest/stream/0/{position}" for position in positions],
            ids=[f"backtest/stream/0/{position}" for position in positions],
            texts=texts,
            embeddings=embeddings,
            labels=[None] * len(texts),
            sources=[""] * len(texts),
        )
        seen = self._learner.observe(items, float(start))
        offsets = {decision.origin: offset for offset, decision in enumerate(seen.decisions)}
        self._requests |= {start + offsets[request.origin]: request for request in seen.requests}
        self._refit()
        return Seen(
            [decision.label for decision in seen.decisions],
            [offset for offset, decision in enumerate(seen.decisions) if decision.verdict is not Verdict.SKIP],
        )

    def learn(self, answers: Sequence[tuple[int, str]], position: int) -> None:
        """As `Subject.learn`."""
        labels = [
            Label(self._requests.pop(asked_at).request_id, label, "simulated", self._answers + number)
            for number, (asked_at, label) in enumerate(answers)
        ]
        self._answers += len(labels)
        self._learner.learn(labels, float(position))
        self._refit()

    def predict(self, embeddings: Floats) -> list[str | None]:
        """As `Subject.predict`."""
        classes = self._learner.parts.knowledge.model.classes
        if not classes:
            return [None] * len(embeddings)
        best = self._learner.predict(embeddings).probabilities.argmax(axis=1)
        return [classes[column] for column in best.tolist()]

    def audit(self) -> dict[str, Any]:
        """As `Subject.audit`."""
        return self._learner.parts.evaluation.audit.running._asdict()

    def alarms(self) -> list[Alarm]:
        """As `Subject.alarms`."""
        return list(self._learner.parts.signals.alarms)

    def _refit(self) -> None:
        while (job := self._learner.job) is not None:
            self._learner.adopt(job.run())
