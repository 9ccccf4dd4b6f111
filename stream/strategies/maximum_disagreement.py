"""Opinions of a committee -> utility: how far its most dissenting member is from what all say together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.disagreement import divergences, undecidable


class MaximumDisagreement(Strategy):
    """The greatest divergence of a member from the consensus as a share of log c (modAL: Danka and Horvath, 2018).

    One member that sees what the others do not is enough, where the mean of `kl_to_consensus` would bury it.
    """

    uses_committee: ClassVar[bool] = True

    def score(self, view: View) -> Doubles:
        """Greatest divergences, (n,) in [0, 1]; 1 while there are not two members, or not two classes."""
        members = view.committee()
        if undecidable(members):
            return np.ones(len(view))
        greatest: Doubles = divergences(members).max(axis=0) / np.log(len(members))
        return greatest.clip(0.0, 1.0)
