"""Opinions of a committee -> utility: what a label would tell about which member is right."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.disagreement import consensus, undecidable
from stream.strategies.entropy import normalised_entropy


class Bald(Strategy):
    """Bayesian active learning by disagreement (Houlsby, Huszar, Ghahramani and Lengyel, 2011).

    The entropy of the consensus less the mean entropy of the members, which stand for draws from the posterior: what
    the label is expected to tell about the model. At most log min(c, k), and a share of that here.
    """

    uses_committee: ClassVar[bool] = True

    def score(self, view: View) -> Doubles:
        """Mutual informations, (n,) in [0, 1]; 1 while there are not two members, or not two classes."""
        members = view.committee()
        if undecidable(members):
            return np.ones(len(view))
        count, rows, classes = members.shape
        own = normalised_entropy(members.reshape(count * rows, classes)).reshape(count, rows)
        mean = np.ascontiguousarray(own.T).mean(axis=1)
        told: Doubles = (normalised_entropy(consensus(members)) - mean) * np.log(classes) / np.log(min(count, classes))
        return told.clip(0.0, 1.0)
