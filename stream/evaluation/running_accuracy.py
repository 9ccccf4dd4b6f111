"""Predictions and answers -> accuracy of predictions made before their labels were known, with an interval.

Test on each label, then learn it (Dawid 1984; Gama, Sebastiao, Rodrigues 2013, "On evaluating stream learning
algorithms").
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from stream.evaluation.confidence import anytime_interval, wilson_interval
from stream.records import Entry


class Estimate(NamedTuple):
    """An accuracy that rests on so many answers, and its interval at 95%; the estimate is None before any answer."""

    estimate: float | None
    low: float
    high: float
    answers: int


class RunningAccuracy:
    """How often predictions are right.

    Of answers to audits, whose texts are drawn at random, it is an unbiased estimate for all texts, whatever else is
    asked about: one audit stands for each block of texts, so it takes the texts before the first audit, and those whose
    audit has not come back, to be like the others. Of all answers it says how hard the texts are that were asked about.

    `running` is of all answers so far, each text predicted when it came. Its interval holds at every moment at once,
    though the model learns and the stream drifts. `recent` is of the last ``window`` answers, with Wilson's interval:
    nearer to what the model does today, and not to be watched until it shows what one hopes for.
    """

    def __init__(self, window: int = 200) -> None:
        if window < 1:
            raise ValueError(f"a window holds at least one answer, not {window}")
        self.answers = 0
        self.right = 0
        self._last: deque[bool] = deque(maxlen=window)

    def update(self, correct: bool) -> None:
        """Take an answer: whether the prediction was right."""
        self.answers += 1
        self.right += correct
        self._last.append(correct)

    def revise(self, before: bool, after: bool | None) -> None:
        """An answer that was taken is corrected, or taken back altogether (None).

        In the window the last one like it stands for it.
        """
        self.answers -= after is None
        self.right = min(max(0, self.right + bool(after) - before), self.answers)
        place = next((place for place in reversed(range(len(self._last))) if self._last[place] == before), None)
        if place is None:
            return
        if after is None:
            del self._last[place]
        else:
            self._last[place] = after

    @property
    def running(self) -> Estimate:
        """Of all texts so far."""
        low, high = anytime_interval(self.right, self.answers)
        return Estimate(self.right / self.answers if self.answers else None, low, high, self.answers)

    @property
    def recent(self) -> Estimate:
        """Of the texts that the last answers stand for."""
        right, answers = sum(self._last), len(self._last)
        low, high = wilson_interval(right, answers)
        return Estimate(right / answers if answers else None, low, high, answers)

    def save(self) -> Entry:
        """The counts, and the answers in the window."""
        return Entry({"answers": self.answers, "right": self.right}, {"last": np.array(self._last, np.uint8)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        fields = entry.fields
        self._last.extend(bool(correct) for correct in entry.arrays["last"])
        self.answers, self.right = fields["answers"], fields["right" if "right" in fields else "correct"]
