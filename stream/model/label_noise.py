"""What the rest of the examples says of each label -> how far each label is believed."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles, Floats, Integers

_FIRST_SHARE = 0.05
_LEAST_SHARE, _MOST_SHARE = 0.001, 0.4
_LEAST = 0.05
_ROUNDS = 20


def label_weights(logits: Floats, classes: Integers) -> Doubles:
    """The probability that each of n labels is right, at least 0.05, (n,).

    ``logits`` (n, k) are what a model says of each example that was taught all others; ``classes`` (n,) the labels. A
    wrong label is any of the k classes alike; the share of wrong ones is what makes the labels likeliest, found by
    expectation maximisation (Lawrence and Schoelkopf 2001), between 0.001 and 0.4.
    """
    labels, known = logits.shape
    if labels == 0 or known < 2:
        return np.ones(labels)
    odds = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    likelihood = odds[np.arange(labels), classes] / odds.sum(axis=1)
    wrong = _FIRST_SHARE
    for _ in range(_ROUNDS):
        right = (1.0 - wrong) * likelihood
        weights: Doubles = right / (right + wrong / known)
        wrong = float(np.clip(1.0 - weights.mean(), _LEAST_SHARE, _MOST_SHARE))
    return np.maximum(weights, _LEAST)
