"""Answers to audits -> the model's accuracy on all texts, with an interval."""

from __future__ import annotations

from collections import deque
from math import sqrt

import numpy as np

from stream.records import Entry

_Z95 = 1.959963984540054


class AuditAccuracy:
    """How often predictions are right on texts drawn at random: an unbiased estimate, whatever else is asked about.

    Looks at the last ``window`` answers, so that it follows a model that gets better. The interval is Wilson's (1927)
    at 95%, which holds for few answers and near 0 and 1 too.
    """

    def __init__(self, window: int = 1_000) -> None:
        if window < 1:
            raise ValueError(f"a window holds at least one answer, not {window}")
        self._last: deque[bool] = deque(maxlen=window)

    def update(self, correct: bool) -> None:
        """Take the answer to an audit: whether the prediction was right."""
        self._last.append(correct)

    @property
    def answers(self) -> int:
        """How many answers the estimate rests on."""
        return len(self._last)

    @property
    def estimate(self) -> float | None:
        """The share that was right; None before any answer."""
        return sum(self._last) / self.answers if self._last else None

    @property
    def low(self) -> float:
        """The lower end of the interval; 0 before any answer."""
        return self._interval()[0]

    @property
    def high(self) -> float:
        """The upper end of the interval; 1 before any answer."""
        return self._interval()[1]

    def _interval(self) -> tuple[float, float]:
        n, p = self.answers, self.estimate
        if p is None:
            return 0.0, 1.0
        z2 = _Z95**2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)

    def save(self) -> Entry:
        """The answers in the window."""
        return Entry(arrays={"last": np.array(self._last, np.uint8)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._last.extend(bool(correct) for correct in entry.arrays["last"])
