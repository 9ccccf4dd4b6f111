"""Class probabilities and landmarks -> utility: uncertain, and at an angle to what was asked about."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import View
from stream.strategies.by_novelty import ByNovelty
from stream.strategies.margin import one_minus_margin


class DiversityCosine(ByNovelty):
    """A weighted mean of uncertainty and of one minus the greatest cosine to a landmark (Brinker, 2003).

    ``uncertainty_share`` is the paper's lambda. The paper measures distance from a support vector machine's plane, this
    the margin between class probabilities; and its angles are to the batch being put together, these to open requests
    and the last asked.
    """

    def __init__(self, uncertainty_share: float = 0.5) -> None:
        super().__init__()
        if not 0 <= uncertainty_share <= 1:
            raise ValueError(f"uncertainty's share is from 0 to 1, not {uncertainty_share}")
        self._share = uncertainty_share
        self._margin: Doubles = np.zeros(0)

    def _look(self, view: View) -> None:
        self._margin = one_minus_margin(view.query_probabilities)

    def _utility(self, start: int) -> Doubles:
        return self._share * self._margin[start:] + (1.0 - self._share) * self._nearest.novelty(start)
