"""Embedding -> class probabilities of river's softmax regression: one step of gradient descent an example."""

from __future__ import annotations

from stream.model.river_classifier import RiverClassifier
from stream.river_parts import river_part

_RATE = 1.0


def river_softmax() -> RiverClassifier:
    """A new one; for embeddings of length 1 steps of 1.0 learn more than river's own 0.01."""
    regression, descent = (
        river_part("river.linear_model.softmax", "SoftmaxRegression"),
        river_part("river.optim.sgd", "SGD"),
    )
    return RiverClassifier(lambda: regression(descent(_RATE)))
