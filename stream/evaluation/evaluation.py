"""Predictions and answers -> all that is known of how good the model is."""

from __future__ import annotations

from collections.abc import Mapping

from stream.evaluation.audit import AuditAccuracy
from stream.evaluation.prequential import Prequential
from stream.records import Changes, State


class Evaluation:
    """Tests every answer against what had been predicted, before it is learned."""

    def __init__(self) -> None:
        self.prequential = Prequential()
        self.audit = AuditAccuracy()

    def answered(self, predicted: str | None, label: str, audit: bool) -> None:
        """Take an answer, and what had been predicted for its text; ``audit``: whether that was drawn at random."""
        self.prequential.update(predicted, label)
        if audit:
            self.audit.update(predicted == label)

    def changes(self) -> Changes:
        """Every estimator's state."""
        return {f"evaluation/{name}": part.save() for name, part in self._parts().items()}

    def restore(self, state: State) -> None:
        """Go on from what `changes` returned."""
        for name, part in self._parts().items():
            if (entry := state.get(f"evaluation/{name}")) is not None:
                part.restore(entry)

    def _parts(self) -> Mapping[str, Prequential | AuditAccuracy]:
        return {"prequential": self.prequential, "audit": self.audit}
