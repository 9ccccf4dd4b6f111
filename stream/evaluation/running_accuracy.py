"""Answers to audits -> the model's accuracy on all texts, with an interval."""

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


class AuditAccuracy:
    """How often predictions are right on texts drawn at random: an unbiased estimate, whatever else is asked about.

    `running` is the accuracy on all texts so far, each predicted when it came; one audit stands for each block of
    texts, so it takes the texts before the first audit, and those whose audit has not come back, to be like the others.
    Its interval holds at every moment at once, though the model learns and the stream drifts. `recent` is the accuracy
    on the blocks of the last ``window`` audits, with Wilson's interval: nearer to what the model does today, and not to
    be watched until it shows what one hopes for.
    """

    def __init__(self, window: int = 200) -> None:
        if window < 1:
            raise ValueError(f"a window holds at least one answer, not {window}")
        self.answers = 0
        self.right = 0
        self._last: deque[bool] = deque(maxlen=window)

    def update(self, correct: bool) -> None:
        """Take the answer to an audit: whether the prediction was right."""
        self.answers += 1
        self.right += correct
        self._last.append(correct)

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
        self._last.extend(bool(correct) for correct in entry.arrays["last"])
        self.answers, self.right = entry.fields["answers"], entry.fields["right"]
