"""Predictions and answers -> all that is known of how good the model is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from stream.class_change import ClassChange
from stream.evaluation.by_class import ByClass
from stream.evaluation.calibration import Calibration
from stream.evaluation.running_accuracy import RunningAccuracy
from stream.evaluation.stability import Stability
from stream.records import Changes, Entry, State


class _Estimator(Protocol):
    def save(self) -> Entry: ...

    def restore(self, entry: Entry) -> None: ...


class Evaluation:
    """Tests every answer against what had been predicted, before it is learned.

    ``prequential`` and ``by_class`` hear of all answers and of the labels that texts bring with them, and tell how hard
    these texts were;
    ``audit``, ``audit_by_class`` and ``calibration`` hear of audits alone, and tell how good the model is on all texts;
    ``stability`` hears of refits alone, and tells what more labels would gain.
    """

    def __init__(self) -> None:
        self.prequential = RunningAccuracy(window=500)
        self.by_class = ByClass()
        self.audit = RunningAccuracy()
        self.audit_by_class = ByClass()
        self.calibration = Calibration()
        self.stability = Stability()

    def answered(self, predicted: str | None, probability: float, label: str, audit: bool) -> None:
        """Take an answer, and what had been predicted for its text with which probability when it was asked about.

        ``audit``: whether the text was drawn at random.
        """
        for accuracy, by_class in self._accuracies(audit):
            accuracy.update(predicted == label)
            by_class.update(predicted, label)
        if audit:
            self.calibration.update(probability, predicted == label)

    def corrected(self, predicted: str | None, before: str, after: str | None, audit: bool) -> None:
        """An answer ``before`` became another one, or was taken back (None); the calibration keeps what it heard."""
        correct = None if after is None else predicted == after
        for accuracy, by_class in self._accuracies(audit):
            accuracy.revise(predicted == before, correct)
            by_class.revise(predicted, before, after)

    def change(self, change: ClassChange) -> None:
        """A class was renamed, merged or removed: what is told class by class is told so from here on."""
        for part in (self.by_class, self.audit_by_class, self.stability):
            part.change(change)

    def changes(self) -> Changes:
        """The state of every estimator; that of ``stability`` where it changed since this was last asked."""
        changes: Changes = {f"evaluation/{name}": part.save() for name, part in self._parts().items()}
        return changes | self.stability.changes()

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        self.stability.restore(state)
        for name, part in self._parts().items():
            if (entry := state.get(f"evaluation/{name}")) is not None:
                part.restore(entry)

    def _accuracies(self, audit: bool) -> Sequence[tuple[RunningAccuracy, ByClass]]:
        of_all, of_audits = (self.prequential, self.by_class), (self.audit, self.audit_by_class)
        return [of_all, of_audits] if audit else [of_all]

    def _parts(self) -> Mapping[str, _Estimator]:
        return {
            "prequential": self.prequential,
            "by_class": self.by_class,
            "audit": self.audit,
            "audit_by_class": self.audit_by_class,
            "calibration": self.calibration,
        }
