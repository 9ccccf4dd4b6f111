"""Predicted probability and whether it was right -> how far probabilities can be believed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stream.records import Entry

_BINS = 10


class Bin(NamedTuple):
    """The answers whose predicted probability fell into one tenth of the scale."""

    answers: int
    mean_probability: float
    share_right: float


class Calibration:
    """Compares the probability of the likeliest class, at the time of asking, with how often it is the true one.

    Ten equal bins and the expected calibration error: the mean distance of a bin's share of right predictions from its
    mean probability, weighted by its answers (Naeini, Cooper, Hauskrecht 2015). Fed with audits it speaks of all texts.
    """

    def __init__(self) -> None:
        self._sums = np.zeros((3, _BINS))

    def update(self, probability: float, correct: bool) -> None:
        """Take one answer; raises ValueError where the probability is not in [0, 1]."""
        if not 0.0 <= probability <= 1.0:
            raise ValueError(f"a probability is from 0 to 1, not {probability}")
        self._sums[:, min(_BINS - 1, int(probability * _BINS))] += (1.0, probability, correct)

    @property
    def bins(self) -> list[Bin]:
        """The bins that hold an answer, from the least probability to the greatest."""
        return [Bin(int(n), total / n, right / n) for n, total, right in self._sums.T.tolist() if n]

    @property
    def error(self) -> float | None:
        """The expected calibration error, 0 to 1; None before any answer."""
        answers, total, right = self._sums
        return float(np.abs(total - right).sum() / answers.sum()) if answers.any() else None

    def save(self) -> Entry:
        """The sums of each bin."""
        return Entry({}, {"sums": self._sums.copy()})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._sums = entry.arrays["sums"].copy()
