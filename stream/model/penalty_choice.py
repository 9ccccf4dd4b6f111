"""Examples held out in turn -> how strongly a refit holds its weights down, or what else they tell best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from stream.records import Doubles, Integers

FACTORS = (1.0, 0.5, 0.25)
"""What the usual penalty, the strongest, may be multiplied by."""
FOLDS = 4
_FIRST_LABELS = 200
_NATS = 3.0
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


def cross_validated(classes: Integers, weights: Doubles, logits: Logits, factors: Sequence[float] = FACTORS) -> float:
    """The factor under which examples that a fit did not see are likeliest (four-fold cross-validation).

    ``classes`` and ``weights`` (n,) are the examples', the first of the ``factors`` is the usual one. Each is judged at
    the temperature that suits it best: the plain likelihood tells how sure a fit should be, and not which class it
    should name. The usual one stays unless another is better by 3 nats; that none of the penalty's is stronger than
    usual was measured too (docs/learning.md).
    """
    rows = np.arange(len(classes))
    likelihoods = np.zeros((len(factors), len(_SHARPER)))
    for fold in range(FOLDS):
        known, held_out = rows[rows % FOLDS != fold], rows[rows % FOLDS == fold]
        for place, found in enumerate(logits(known, held_out)):
            likelihoods[place] += [_likelihood(each * found, classes[held_out], weights[held_out]) for each in _SHARPER]
    best = likelihoods.max(axis=1)
    return factors[int(best.argmax())] if best.max() > best[0] + _NATS else factors[0]


def _likelihood(logits: Doubles, classes: Integers, weights: Doubles) -> float:
    """The weighted logarithm of the likelihood of these classes, in nats."""
    logits = logits - logits.max(axis=1, keepdims=True)
    right = logits[np.arange(len(classes)), classes]
    return float(weights @ (right - np.log(np.exp(logits).sum(axis=1))))
