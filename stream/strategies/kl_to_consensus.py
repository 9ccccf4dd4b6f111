"""Opinions of a committee -> utility: how far its members are, on the average, from what they say together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.disagreement import divergences, undecidable


class KLToConsensus(Strategy):
    """The mean divergence of the members from their consensus as a share of log c (McCallum and Nigam, 1998).

    No member has less than a c-th part in the consensus, so none diverges from it by more than log c. It ranks texts as
    `bald` does: the mean divergence is the consensus's entropy less the mean one.
    """

    uses_committee: ClassVar[bool] = True

    def score(self, view: View) -> Doubles:
        """Mean divergences, (n,) in [0, 1]; 1 while there are not two members, or not two classes."""
        members = view.committee()
        if undecidable(members):
            return np.ones(len(view))
        means: Doubles = np.ascontiguousarray(divergences(members).T).mean(axis=1) / np.log(len(members))
        return means.clip(0.0, 1.0)
