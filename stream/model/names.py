"""Class names -> pseudo-examples, and how far the labels say that they can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from stream.model.linear_maps import unit_rows
from stream.records import Doubles, Floats, Integers

_SHIFT = 0.5
_SHARPNESS = 20.0
_CONFIDENCE = 8.0
_EVIDENCE_BOUND = 3.0
_EVIDENCE_PER_CLASS = 5.0
_LEAST_TRUST = 0.02


@dataclass(frozen=True)
class NamePrior:
    """What the names of the first K classes say: ``directions`` (K, d), unit vectors away from the mean of all names.

    A name's embedding lies far from its texts, but differs from the other names as its texts differ from other texts.
    """

    directions: Floats

    @staticmethod
    def of(embeddings: Floats) -> NamePrior:
        """The prior of K embedded names (K, d)."""
        centred = embeddings.astype(np.float64) - embeddings.mean(axis=0, dtype=np.float64)
        return NamePrior(unit_rows(centred).astype(np.float32))

    def __len__(self) -> int:
        return len(self.directions)

    def rearranged(self, rows: Sequence[Sequence[int]]) -> NamePrior:
        """The prior of classes made of these rows each: a merged class keeps its own name or, without one, gets it."""
        named = [[row for row in made_of if row < len(self)] for made_of in rows]
        return NamePrior(self.directions[[made_of[0] for made_of in named if made_of]])

    def prototypes(self, mean: Floats) -> Doubles:
        """Where each class's texts are expected, (K, d), given the mean text (d,)."""
        if not len(self):
            return np.zeros((0, len(mean)))
        return mean.astype(np.float64) + _SHIFT * self.directions

    def rows(self, mean: Floats) -> Floats:
        """The pseudo-examples (K, d), of length 1, from which a regression learns the names."""
        return unit_rows(mean.astype(np.float64) + self.directions).astype(np.float32)

    def trust(self, embeddings: Floats, classes: Integers, mean: Floats) -> float:
        """How far the labels of n examples (n, d) speak for the names, 0 to 1; nearly 1 without any; 0 without names.

        The log-odds start at 8; each example of a named class adds how much likelier than chance its name made it,
        within +-3, and a class adds no more than 5 such examples would.
        """
        if not len(self):
            return 0.0
        named = classes < len(self)
        classes = classes[named]
        logits = _SHARPNESS * ((embeddings[named].astype(np.float64) - mean) @ self.directions.T)
        logits -= logits.max(axis=1, keepdims=True)
        right = logits[np.arange(len(classes)), classes] - np.log(np.exp(logits).sum(axis=1))
        evidence = np.clip(right + np.log(len(self)), -_EVIDENCE_BOUND, _EVIDENCE_BOUND)
        counts = np.bincount(classes, minlength=len(self))
        shares = np.minimum(1.0, _EVIDENCE_PER_CLASS / counts[classes])
        trust = float(expit(_CONFIDENCE + shares @ evidence))
        return trust if trust >= _LEAST_TRUST else 0.0

    @property
    def first_trust(self) -> float:
        """The trust before any label."""
        return float(expit(_CONFIDENCE)) if len(self) else 0.0
