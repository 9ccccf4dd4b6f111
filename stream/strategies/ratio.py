"""Class probabilities -> utility: how close the second likeliest class comes to the likeliest."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View


class Ratio(Strategy):
    """The second highest probability as a share of the highest (Munro, 2021, "Human-in-the-Loop Machine Learning")."""

    def score(self, view: View) -> Doubles:
        """p2 / p1, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        ascending = np.sort(probabilities, axis=1)
        shares: Doubles = ascending[:, -2] / ascending[:, -1]
        return shares
