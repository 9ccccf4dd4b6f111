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
    rows, classes = probabilities.shape
    if classes < 2:
        return np.ones(rows)
    others, each = probabilities.copy(), np.arange(rows)
    best = others.argmax(axis=1)
    margins: Doubles = others[each, best]
    others[each, best] = -1.0
    margins -= others[each, others.argmax(axis=1)]
    return 1.0 - margins
