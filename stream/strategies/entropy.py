"""Class probabilities -> utility: how spread out they are."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles, Floats
from stream.strategies.base import Strategy, View


class Entropy(Strategy):
    """The entropy of the class probabilities as a share of its maximum, log k (Shannon, 1948)."""

    def score(self, view: View) -> Doubles:
        """Normalised entropies, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        return normalised_entropy(view.query_probabilities)


def normalised_entropy(probabilities: Doubles | Floats) -> Doubles:
    """The entropy of each row (n, k) as a share of its maximum, (n,) in [0, 1]; 1 where k is below 2.

    Of float32 it takes a fifth of the time.
    """
    rows, classes = probabilities.shape
    if classes < 2:
        return np.ones(rows)
    least = np.finfo(probabilities.dtype).tiny  # in place of 0, whose logarithm would make a NaN of 0 log 0 = 0
    parts = np.maximum(probabilities, least)
    np.log(parts, out=parts)
    parts *= probabilities
    shares: Doubles = -parts.sum(axis=1, dtype=np.float64) / np.log(classes)
    return shares.clip(0.0, 1.0)
