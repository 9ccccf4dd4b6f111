"""Class probabilities and landmarks -> utility: uncertain, and at an angle to what was asked about."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.margin import one_minus_margin
from stream.strategies.neighbours import NOTHING_NEAR, Nearest


class DiversityCosine(Strategy):
    """A weighted mean of uncertainty and of one minus the greatest cosine to a landmark (Brinker, 2003).

    ``uncertainty_share`` is the paper's lambda. The paper measures distance from a support vector machine's plane, this
    the margin between class probabilities; and its angles are to the batch being put together, these to open requests
    and the last asked.
    """

    def __init__(self, uncertainty_share: float = 0.5) -> None:
        if not 0 <= uncertainty_share <= 1:
            raise ValueError(f"uncertainty's share is from 0 to 1, not {uncertainty_share}")
        self._share = uncertainty_share
        self._margin: Doubles = np.zeros(0)
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._margin = one_minus_margin(view.query_probabilities)
        self._nearest = Nearest(view.embeddings, view.asked)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark for the texts behind it."""
        self._nearest.add(view.embeddings[row])
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        return self._share * self._margin[start:] + (1.0 - self._share) * self._nearest.novelty(start)
