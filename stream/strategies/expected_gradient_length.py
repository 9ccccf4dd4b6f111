"""Class probabilities -> utility: how long a step of the regression a label is expected to cause."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View


class ExpectedGradientLength(Strategy):
    """The expected length of the loss's gradient (Settles, Craven and Ray, 2008), in closed form for a softmax.

    Were the label k, the gradient of the log loss in weights and biases would be (p - e_k)(x, 1)', of length
    |p - e_k| |(x, 1)|; the mean over k with the probabilities p is greatest, sqrt(1 - 1/k) |(x, 1)|, where these are
    uniform (by Jensen's inequality). Utility is a share of that for |x| = 1. They train to an optimum, where the
    gradient of what is known already is zero; here that holds near enough.
    """

    def score(self, view: View) -> Doubles:
        """Normalised lengths, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        classes = probabilities.shape[1]
        if classes < 2:
            return np.ones(len(view))
        squares = (probabilities * probabilities).sum(axis=1, keepdims=True)
        errors = np.sqrt(np.maximum(squares - 2.0 * probabilities + 1.0, 0.0))
        embeddings = view.embeddings.astype(np.float64)
        inputs = np.sqrt((1.0 + (embeddings * embeddings).sum(axis=1)) / 2.0)
        lengths: Doubles = (probabilities * errors).sum(axis=1) * inputs / np.sqrt(1.0 - 1.0 / classes)
        return lengths.clip(0.0, 1.0)
