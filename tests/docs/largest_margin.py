"""Class probabilities -> utility: how close the unlikeliest class comes to the likeliest."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View


class LargestMargin(Strategy):
    """One minus the margin between the likeliest and the unlikeliest class, for show: no paper has it."""

    def score(self, view: View) -> Doubles:
        """1 - (p1 - pk), (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        margins: Doubles = probabilities.max(axis=1) - probabilities.min(axis=1)
        return 1.0 - margins
