"""Votes of a committee -> utility: how they are spread over the classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.disagreement import LEAST, undecidable


class VoteEntropy(Strategy):
    """The entropy of the members' votes as a share of its maximum (Dagan and Engelson, 1995).

    Each member votes for its likeliest class, the first of equals. The maximum is log min(c, k), for there are no more
    than c votes; their paper divides by that as well.
    """

    uses_committee: ClassVar[bool] = True

    def score(self, view: View) -> Doubles:
        """Entropies, (n,) in [0, 1]; 1 while there are not two members, or not two classes."""
        members = view.committee()
        if undecidable(members):
            return np.ones(len(view))
        count, rows, classes = members.shape
        votes = np.zeros((rows, classes))
        for member in members:
            votes[np.arange(rows), member.argmax(axis=1)] += 1.0
        shares = votes / count
        entropies = -(shares * np.log(np.maximum(shares, LEAST))).sum(axis=1)
        utility: Doubles = (entropies / np.log(min(count, classes))).clip(0.0, 1.0)
        return utility
