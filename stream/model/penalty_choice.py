"""Examples held out in turn -> how strongly a refit holds its weights down."""

from __future__ import annotations

from typing import NamedTuple

from stream.model.cross_validation import NATS, Logits, judged
from stream.records import Doubles, Integers

FACTORS = (1.0, 0.5, 0.25)
"""What the usual penalty, the strongest, may be multiplied by."""
_FIRST_LABELS = 200


class Penalty(NamedTuple):
    """The ``factor`` on the usual penalty, and how many ``labels`` it was chosen by: none for the usual one."""

    factor: float = 1.0
    labels: int = 0

    def due(self, labels: int) -> bool:
        """Whether it is to be chosen anew: from 200 labels on each time they doubled; fewer are too weak evidence."""
        return labels >= max(_FIRST_LABELS, 2 * self.labels)


USUAL = Penalty()
"""Before there is evidence."""


def cross_validated(classes: Integers, weights: Doubles, logits: Logits) -> float:
    """The factor under which examples that a fit did not see are likeliest.

    The usual one stays unless another is better by 3 nats; that none is stronger than usual was measured too
    (docs/learning.md).
    """
    nats = judged(classes, weights, logits, FACTORS).nats
    return FACTORS[int(nats.argmax())] if nats.max() > nats[0] + NATS else FACTORS[0]
