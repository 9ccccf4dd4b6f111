"""What each member of a committee thinks -> their consensus, and how far each is from it."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles

LEAST = np.finfo(np.float64).tiny
"""In place of 0, whose logarithm would make a NaN of 0 log 0 = 0."""


def undecidable(members: Doubles) -> bool:
    """Whether probabilities (c, n, k) leave nothing to disagree about: fewer than two members, or two classes."""
    classes: int = members.shape[2]
    return len(members) < 2 or classes < 2


def consensus(members: Doubles) -> Doubles:
    """The mean (n, k) of the members' probabilities (c, n, k); there is one member at least."""
    total: Doubles = members[0].copy()
    for member in members[1:]:
        total += member
    total /= len(members)
    return total


def divergences(members: Doubles) -> Doubles:
    """The Kullback-Leibler divergence (c, n) of each member from the consensus, in nats, from 0 to log c.

    >>> divergences(np.array([[[1.0, 0.0]], [[0.0, 1.0]]])).round(4)
    array([[0.6931],
           [0.6931]])
    """
    agreed = np.log(np.maximum(consensus(members), LEAST))
    surprise: Doubles = (members * (np.log(np.maximum(members, LEAST)) - agreed)).sum(axis=2)
    return surprise.clip(0.0, np.log(len(members)))
