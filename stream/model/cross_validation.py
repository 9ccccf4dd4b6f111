"""Fits to a part of the examples -> how well they tell the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from stream.records import Doubles, Integers

FOLDS = 4
NATS = 3.0
"""By how much another than the usual must be better."""
_SHARPER = np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5])

Logits = Callable[[Integers, Integers], Iterable[Doubles]]
"""Which examples to fit to, and which to judge, (m,) -> the logits of these, (m, k), under each of the factors."""


class Judged(NamedTuple):
    """How well held-out examples are told under each factor, (f,): in nats, and how much weight of them is right."""

    nats: Doubles
    right: Doubles


def judged(classes: Integers, weights: Doubles, logits: Logits, factors: Sequence[float]) -> Judged:
    """What four-fold cross-validation says of each of the ``factors`` that ``logits`` fits under.

    ``classes`` and ``weights`` (n,) are the examples'. Each is judged at the temperature that suits it best: the plain
    likelihood tells how sure a fit should be, and not which class it should name.
    """
    rows = np.arange(len(classes))
    likelihoods, right = np.zeros((len(factors), len(_SHARPER))), np.zeros(len(factors))
    for fold in range(FOLDS):
        known, held_out = rows[rows % FOLDS != fold], rows[rows % FOLDS == fold]
        for place, found in enumerate(logits(known, held_out)):
            likelihoods[place] += [_likelihood(each * found, classes[held_out], weights[held_out]) for each in _SHARPER]
            right[place] += weights[held_out] @ (found.argmax(axis=1) == classes[held_out])
    return Judged(likelihoods.max(axis=1), right)


def _likelihood(logits: Doubles, classes: Integers, weights: Doubles) -> float:
    """The weighted logarithm of the likelihood of these classes, in nats."""
    logits = logits - logits.max(axis=1, keepdims=True)
    right = logits[np.arange(len(classes)), classes]
    return float(weights @ (right - np.log(np.exp(logits).sum(axis=1))))
