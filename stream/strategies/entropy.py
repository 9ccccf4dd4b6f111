"""Class probabilities -> utility: how spread out they are."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View

_LEAST = np.finfo(np.float64).tiny
"""In place of 0, whose logarithm would make a NaN of 0 log 0 = 0."""


class Entropy(Strategy):
    """The entropy of the class probabilities as a share of its maximum, log k (Shannon, 1948)."""

    def score(self, view: View) -> Doubles:
        """Normalised entropies, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        return normalised_entropy(view.query_probabilities)


def normalised_entropy(probabilities: Doubles) -> Doubles:
    """The entropy of each row (n, k) as a share of its maximum, (n,) in [0, 1]; 1 where k is below 2."""
    rows, classes = probabilities.shape
    if classes < 2:
        return np.ones(rows)
    logarithms = np.log(np.maximum(probabilities, _LEAST))
    shares: Doubles = -(probabilities * logarithms).sum(axis=1) / np.log(classes)
    return shares.clip(0.0, 1.0)
