"""Examples held out in turn -> how strongly a refit holds its weights down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from stream.records import Doubles, Integers

FACTORS = (1.0, 0.5, 0.25)
"""What the usual penalty, the strongest, may be multiplied by."""
FOLDS = 4
_FIRST_LABELS = 200
NATS = 3.0
"""By how much another than the usual must be better."""
_SHARPER = np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5])


class Penalty(NamedTuple):
    """The ``factor`` on the usual penalty, and how many ``labels`` it was chosen by: none for the usual one."""

    factor: float = 1.0
    labels: int = 0

    def due(self, labels: int) -> bool:
        """Whether it is to be chosen anew: from 200 labels on each time they doubled; fewer are too weak evidence."""
        return labels >= max(_FIRST_LABELS, 2 * self.labels)


USUAL = Penalty()
"""Before there is evidence."""

Logits = Callable[[Integers, Integers], Iterable[Doubles]]
"""Which examples to fit to, and which to judge, (m,) -> the logits of these, (m, k), under each of the factors."""


class Judged(NamedTuple):
    """How well held-out examples are told under each factor, (f,): in nats, and how much weight of them is right."""

    nats: Doubles
    right: Doubles


def cross_validated(classes: Integers, weights: Doubles, logits: Logits) -> float:
    """The factor under which examples that a fit did not see are likeliest.

    The usual one stays unless another is better by 3 nats; that none is stronger than usual was measured too
    (docs/learning.md).
    """
    nats = judged(classes, weights, logits, FACTORS).nats
    return FACTORS[int(nats.argmax())] if nats.max() > nats[0] + NATS else FACTORS[0]


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
