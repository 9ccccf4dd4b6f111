"""Predictions and labels -> how common each class is, and how well it is found."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from stream.class_change import ClassChange
from stream.records import Entry


class ClassScore(NamedTuple):
    """How well one class is found: shares from 0 to 1; a share of nothing is 0."""

    precision: float
    recall: float
    f1: float
    share: float
    answers: int


class ByClass:
    """Counts, for each class, answers with it, predictions of it, and where both agree; bounded by the classes.

    From audits alone the scores are those of all texts, on few answers; from all answers they are those of the texts
    that a strategy found worth asking about.
    """

    def __init__(self) -> None:
        self._true: Counter[str] = Counter()
        self._predicted: Counter[str] = Counter()
        self._hits: Counter[str] = Counter()

    def update(self, predicted: str | None, label: str) -> None:
        """Take one answer, and what had been predicted for its text."""
        self._true[label] += 1
        if predicted is not None:
            self._predicted[predicted] += 1
            self._hits[label] += predicted == label

    def revise(self, predicted: str | None, before: str, after: str | None) -> None:
        """An answer that was taken is corrected, or taken back altogether (None)."""
        if not self._true[before]:
            return
        self._true[before] -= 1
        if not self._true[before]:
            del self._true[before]
        if predicted is not None:
            self._predicted[predicted] -= 1
            self._hits[before] = max(0, self._hits[before] - (predicted == before))
        if after is not None:
            self.update(predicted, after)

    def change(self, change: ClassChange) -> None:
        """Tell of a renamed class under its new name; what a removed one had stays under its own."""
        self._true, self._predicted, self._hits = map(change.counts, (self._true, self._predicted, self._hits))

    @property
    def scores(self) -> dict[str, ClassScore]:
        """Every class that was answered, in the order in which they first were."""
        answers = self._true.total()
        return {label: self._score(label, answers) for label in self._true}

    @property
    def macro_f1(self) -> float | None:
        """The mean F1 of the classes that were answered; None before any answer."""
        f1s = [self._f1(label) for label in self._true]
        return sum(f1s) / len(f1s) if f1s else None

    def _f1(self, label: str) -> float:
        return 2 * self._hits[label] / (self._true[label] + self._predicted[label])

    def _score(self, label: str, answers: int) -> ClassScore:
        hits, true, predicted = self._hits[label], self._true[label], self._predicted[label]
        return ClassScore(
            precision=hits / predicted if predicted else 0.0,
            recall=hits / true,
            f1=self._f1(label),
            share=true / answers,
            answers=true,
        )

    def save(self) -> Entry:
        """The counts."""
        return Entry({"true": dict(self._true), "predicted": dict(self._predicted), "hits": dict(self._hits)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._true, self._predicted, self._hits = (
            Counter(entry.fields[name]) for name in ("true", "predicted", "hits")
        )
