"""Neighbours and landmarks -> utility: how many texts, not covered yet, a text would cover."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.neighbours import NOTHING_NEAR, Nearest, cosines_before, with_those_before


class ProbabilityCoverage(Strategy):
    """The share of the last ``window`` texts within reach of a text, and not of any landmark (Yehuda et al., 2022).

    A text reaches those whose cosine to it is at least ``reach``. The paper takes the largest ball in which clusters of
    the pool stay pure; a stream has no pool to cluster, so the radius is given.
    """

    def __init__(self, window: int = 500, reach: float = 0.5) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        if not -1 <= reach <= 1:
            raise ValueError(f"the reach is a cosine, from -1 to 1, not {reach}")
        self._window = window
        self._reach = reach
        self._reached: NDArray[np.bool_] = np.zeros((0, window), np.bool_)
        self._there: NDArray[np.int64] = np.zeros(0, np.int64)
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Shares, (n,) in [0, 1]; 0 for a text with nothing before it."""
        cosines = cosines_before(view, self._window)
        self._reached = cosines >= self._reach
        self._there = np.isfinite(cosines).sum(axis=1)
        self._nearest = Nearest(with_those_before(view, self._window), view.asked)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """What the text being asked reaches is covered for the texts behind it."""
        self._nearest.add(view.embeddings[row])
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        rows = len(self._reached)
        open_ground = self._nearest.cosines < self._reach
        padded = np.concatenate([np.zeros(self._window + rows - len(open_ground), np.bool_), open_ground])
        windows = sliding_window_view(padded, self._window)[start:rows]
        counts = (self._reached[start:] & windows).sum(axis=1)
        shares: Doubles = counts / np.maximum(self._there[start:], 1)
        return shares
