"""Landmarks -> utility: how far out a text is, as a share of what the landmarks have to cover."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.neighbours import NOTHING_NEAR, Nearest, with_those_before

_SAME = 2.0**-8
"""Of a squared distance, which from a text to itself is up to 0.003: embeddings are of length 1 but for rounding."""


class Coreset(Strategy):
    """Distance to the nearest landmark as a share of the covering radius (Sener and Savarese, 2018).

    The paper's greedy algorithm labels the text of a pool that is farthest from all labelled ones, at the covering
    radius. Here the pool is the text itself and the ``window`` before it: the farthest of them has utility 1.
    """

    def __init__(self, window: int = 250) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        self._window = window
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Shares of the radius, (n,) in [0, 1]; 1 while nothing was asked about, 0 where every text is a landmark."""
        self._nearest = Nearest(with_those_before(view, self._window), view.asked)
        return self._utility(len(view))

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark: it brings down distances, and the radius."""
        self._nearest.add(view.embeddings[row])
        utility[row + 1 :] = self._utility(len(view) - row - 1)

    def _utility(self, rows: int) -> Doubles:
        """Of the last ``rows`` texts."""
        squares = 2.0 - 2.0 * self._nearest.cosines.clip(-1.0, 1.0).astype(np.float64)
        distances = np.sqrt(np.where(squares > _SAME, squares, 0.0))
        before = np.concatenate([np.zeros(self._window), distances])
        pools = sliding_window_view(before, self._window + 1)[len(distances) - rows :]
        radii = pools.max(axis=1)
        return distances[len(distances) - rows :] / np.where(radii > 0, radii, 1.0)
