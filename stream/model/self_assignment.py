"""Unlabelled texts -> what they add to the prototypes of the classes that they look like."""

from __future__ import annotations

import numpy as np

from stream.model.linear_maps import unit_rows
from stream.model.softmax_fit import SoftmaxRegression
from stream.records import Doubles, Floats

_ROUNDS = 4


def self_assigned(
    window: Floats, sums: Doubles, regression: SoftmaxRegression, sharpness: float, mass: float
) -> Doubles:
    """Sums (k, d) of the window's texts (w, d), shared out among the classes by their probabilities.

    The prototypes, from ``sums`` (k, d) and what was assigned before, and the regression decide the shares; a few
    rounds let prototypes and shares agree (soft k-means, Ren et al., 2018). All texts together weigh ``mass`` examples.
    """
    assigned: Doubles = np.zeros_like(sums)
    for _ in range(_ROUNDS if len(window) else 0):
        weights = regression.weights + sharpness * unit_rows(sums + assigned)
        logits = window @ weights.T.astype(np.float32) + regression.bias
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        assigned = mass / len(window) * (shares.T @ window).astype(np.float64)
    return assigned
