"""Prediction and label -> accuracy of predictions made before their labels were known.

Test on each label, then learn it (Dawid 1984; Gama, Sebastiao, Rodrigues 2013, "On evaluating stream learning
algorithms"). Of texts that a strategy chose to ask about it says how hard they are, not how good the model is: for that
see `stream.evaluation.audit`.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from stream.records import Entry


class Prequential:
    """Counts right predictions: of all answers, and of the last ``window`` ones."""

    def __init__(self, window: int = 500) -> None:
        if window < 1:
            raise ValueError(f"a window holds at least one answer, not {window}")
        self.answers = 0
        self.correct = 0
        self._last: deque[bool] = deque(maxlen=window)

    def update(self, predicted: str | None, label: str) -> None:
        """Take one answer, and what had been predicted for its text; None was wrong."""
        right = predicted == label
        self.answers += 1
        self.correct += right
        self._last.append(right)

    @property
    def accuracy(self) -> float | None:
        """The share of all predictions that were right; None before any answer."""
        return self.correct / self.answers if self.answers else None

    @property
    def recent_accuracy(self) -> float | None:
        """The share of the last predictions that were right; None before any answer."""
        return sum(self._last) / len(self._last) if self._last else None

    def save(self) -> Entry:
        """All that later figures depend on."""
        fields = {"answers": self.answers, "correct": self.correct}
        return Entry(fields, {"last": np.array(self._last, np.uint8)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self.answers, self.correct = entry.fields["answers"], entry.fields["correct"]
        self._last.extend(bool(right) for right in entry.arrays["last"])
