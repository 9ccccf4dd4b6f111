"""Utility -> how likely to ask: every text has a chance that rises with a power of its utility, scaled to the budget.

Sampling in proportion to a score, as in Beygelzimer, Dasgupta, Langford 2009 ("Importance weighted active learning"),
with a power of the utility as the score: every text has a chance, and its probability is known.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from stream.budget.base import BudgetRule, Proposal, checked, urge_of
from stream.records import Entry

_PARTS = 2.0**60
"""Powers are summed as whole numbers of this part, so that a sum depends on what is in it alone."""


class SoftSampling(BudgetRule):
    """Asks with the probability share * u^``power`` / (mean of u^power over the last ``window`` texts), at most 1.

    The share is the fraction, raised by each unspent request beyond the first as in `window_quantile`, but without
    bound: so the budget is spent on utilities that fade, and where few stand out, on the others. Equal utilities are
    asked about at the budget's rate. The threshold is the utility from which a text is asked about surely.

    >>> rule = SoftSampling(0.25, power=1.0)
    >>> [rule.propose(utility, credit=1.0).probability for utility in (0.5, 1.0, 0.75, 0.0)]
    [0.25, 0.3333333333333333, 0.25, 0.0]
    """

    def __init__(self, fraction: float, power: float = 4.0, window: int = 500) -> None:
        if not power >= 0:
            raise ValueError(f"a power of the utility is 0 or more, not {power}")
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        self._fraction = checked(fraction)
        self._urge = urge_of(fraction)
        self._power = power
        self._window = window
        self._utilities: deque[float] = deque()
        self._sum = 0

    def propose(self, utility: float, credit: float) -> Proposal:
        """Take the next utility; with all of them (nearly) 0 each is as likely as the other."""
        if len(self._utilities) == self._window:
            self._sum -= self._parts(self._utilities.popleft())
        self._utilities.append(utility)
        parts = self._parts(utility)
        self._sum += parts
        share = self._fraction if credit <= 1.0 else self._fraction + (credit - 1.0) * self._urge
        if share == 0.0:
            return Proposal(0.0, 1.0)
        if self._sum == 0:
            return Proposal(min(1.0, share), 0.0)
        mean = self._sum / len(self._utilities)
        threshold = min(1.0, mean / _PARTS / share) ** (1.0 / self._power) if self._power else 1.0
        return Proposal(min(1.0, share * (parts / mean)), threshold)

    def _parts(self, utility: float) -> int:
        return int(utility**self._power * _PARTS)

    def save(self) -> Entry:
        """The utilities in the window, in order of arrival."""
        return Entry(arrays={"utilities": np.array(self._utilities, np.float64)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; a smaller window keeps the last of them."""
        self._utilities = deque(entry.arrays["utilities"].tolist()[-self._window :])
        self._sum = sum(map(self._parts, self._utilities))
