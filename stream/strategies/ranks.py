"""Scores as they pass -> the rank of each among the last ones, whatever their scale."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from stream.records import Doubles


class Ranks:
    """Where each of p scores of a text stands among those of the ``window`` texts before it.

    A rank is the share of them that is lower, equal ones counted half; 1/2 before the first text. The scores of a block
    may still change after `pass_by`, in place: they count as they are when the next block comes.
    """

    def __init__(self, parts: int, window: int) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        self._window = window
        self._before: Doubles = np.full((parts, window), np.nan)
        self._block: Doubles = np.zeros((parts, 0))

    def pass_by(self, scores: Doubles) -> None:
        """The next block's scores, (p, n); the array is kept."""
        self._before, self._block = self.last, scores

    def of(self, start: int = 0) -> Doubles:
        """The ranks (p, n - start) of the block's texts from row ``start`` on, in [0, 1]."""
        scores = self._block[:, start:, None]
        passed = np.concatenate([self._before, self._block], axis=1)
        windows = sliding_window_view(passed, self._window, axis=1)[:, start : self._block.shape[1]]
        return rank_among(windows, scores, nothing=0.5)

    @property
    def last(self) -> Doubles:
        """The scores of the last ``window`` texts, (p, window), oldest first, NaN before the first: all the state."""
        return np.concatenate([self._before, self._block], axis=1)[:, -self._window :]

    def restore(self, last: Doubles) -> None:
        """Go on from what `last` was."""
        self._before, self._block = last, np.zeros((len(last), 0))


def rank_among(windows: Doubles, scores: Doubles, nothing: float) -> Doubles:
    """The share of the scores in each window (..., w) that is lower than its score (..., 1), equal ones counted half.

    NaN is no score; ``nothing`` where a window has none.
    """
    lower = np.count_nonzero(windows < scores, axis=-1) + 0.5 * np.count_nonzero(windows == scores, axis=-1)
    there = np.count_nonzero(~np.isnan(windows), axis=-1)
    return np.where(there > 0, lower / np.maximum(there, 1), nothing)
