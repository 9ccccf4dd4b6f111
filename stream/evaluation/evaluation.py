"""Predictions and answers -> all that is known of how good the model is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from stream.class_change import ClassChange
from stream.evaluation.audit import AuditAccuracy
from stream.evaluation.by_class import ByClass
from stream.evaluation.calibration import Calibration
from stream.evaluation.prequential import Prequential
from stream.evaluation.stability import Stability
from stream.records import Changes, Entry, State


class _Estimator(Protocol):
    def save(self) -> Entry: ...

    def restore(self, entry: Entry) -> None: ...


class Evaluation:
    """Tests every answer against what had been predicted, before it is learned.

    ``prequential`` and ``by_class`` hear of all answers, and tell how hard the texts were that were asked about;
    ``audit``, ``audit_by_class`` and ``calibration`` hear of audits alone, and tell how good the model is on all texts;
    ``stability`` hears of refits alone, and tells what more labels would gain.
    """

    def __init__(self) -> None:
        self.prequential = Prequential()
        self.by_class = ByClass()
        self.audit = AuditAccuracy()
        self.audit_by_class = ByClass()
        self.calibration = Calibration()
        self.stability = Stability()

    def answered(self, predicted: str | None, probability: float, label: str, audit: bool) -> None:
        """Take an answer, and what had been predicted for its text with which probability when it was asked about.

        ``audit``: whether the text was drawn at random.
        """
        self.prequential.update(predicted, label)
        self.by_class.update(predicted, label)
        if audit:
            self.audit.update(predicted == label)
            self.audit_by_class.update(predicted, label)
            self.calibration.update(probability, predicted == label)

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

    def _parts(self) -> Mapping[str, _Estimator]:
        return {
            "prequential": self.prequential,
            "by_class": self.by_class,
            "audit": self.audit,
            "audit_by_class": self.audit_by_class,
            "calibration": self.calibration,
        }
