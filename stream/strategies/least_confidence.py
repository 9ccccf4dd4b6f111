"""Class probabilities -> utility: how unlikely the likeliest class is."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View


class LeastConfidence(Strategy):
    """One minus the probability of the likeliest class (Lewis and Gale, 1994)."""

    def score(self, view: View) -> Doubles:
        """1 - p1, (n,); 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        best: Doubles = probabilities.max(axis=1)
        return 1.0 - best
