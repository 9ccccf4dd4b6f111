"""Class probabilities and label counts -> utility: uncertain texts of classes that have few labels."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.margin import one_minus_margin


class ClassBalance(Strategy):
    """Margin times how few labels the text's probable classes have (Aggarwal, Popescu and Hudelot, 2020).

    Their minority classes, and those of Bengar et al. (2022), are chosen for a whole batch; here each class k with n_k
    labels weighs (1 + least n) / (1 + n_k), and a text the mean of its classes' weights by their probabilities.
    """

    def score(self, view: View) -> Doubles:
        """Weighted margins, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        counts = 1.0 + view.label_counts
        rarity: Doubles = (probabilities * (counts.min() / counts)).sum(axis=1)
        return (one_minus_margin(probabilities) * rarity).clip(0.0, 1.0)
