"""Class probabilities -> utility: how close the two likeliest classes are."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View


class Margin(Strategy):
    """One minus the margin between the two likeliest classes (Scheffer et al., 2001)."""

    def score(self, view: View) -> Doubles:
        """1 - (p1 - p2), (n,); 1 while there are not two classes to choose between."""
        return one_minus_margin(view.query_probabilities)


def one_minus_margin(probabilities: Doubles) -> Doubles:
    """1 - (p1 - p2) of each row of (n, k); 1 where k < 2.

    >>> one_minus_margin(np.array([[0.5, 0.25, 0.25]]))
    array([0.75])
    """
    classes = probabilities.shape[1]
    if classes < 2:
        return np.ones(len(probabilities))
    best = np.partition(probabilities, classes - 2, axis=1)
    return 1.0 - (best[:, -1] - best[:, -2])
