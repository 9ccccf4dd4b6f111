"""Utility -> how likely to ask: asks from a quantile of the last utilities on, lowered by what is left unspent.

The balanced incremental quantile filter (Kottke, Krempl, Spiliopoulou 2015, "Probabilistic active learning in
datastreams").
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from math import ceil

import numpy as np

from stream.budget.base import BudgetRule, Proposal, checked
from stream.records import Entry


class BalancedIncrementalQuantileFilter(BudgetRule):
    """Asks from the quantile of the last ``window`` utilities on, less their range times credit / ``tolerance``.

    Where all of them are equal their range is 0, and the paper's filter asks about every one that can be paid for, or
    about none. Here they are asked about with probability fraction + credit / tolerance: at random, at the budget's
    rate, with credit steering as it steers the threshold.

    >>> rule = BalancedIncrementalQuantileFilter(0.5)
    >>> [rule.propose(utility, credit=0.0).probability for utility in (0.3, 0.9, 0.1, 0.3)]
    [0.5, 1.0, 0.0, 1.0]
    """

    def __init__(self, fraction: float, window: int = 100, tolerance: int = 50) -> None:
        if window < 1 or tolerance < 1:
            raise ValueError(f"window and tolerance are at least one text and one request, not {window}, {tolerance}")
        self._fraction = checked(fraction)
        self._window = window
        self._tolerance = tolerance
        self._arrived: deque[float] = deque()
        self._ascending: list[float] = []

    def propose(self, utility: float, credit: float) -> Proposal:
        """Take the next utility; the probability is strictly between 0 and 1 only where all are equal."""
        values = self._ascending
        if len(values) == self._window:
            del values[bisect_left(values, self._arrived.popleft())]
        self._arrived.append(utility)
        insort(values, utility)
        if self._fraction == 0.0:
            return Proposal(0.0, 1.0)
        quantile, spread = values[-ceil(len(values) * self._fraction)], values[-1] - values[0]
        left = credit / self._tolerance
        if spread == 0.0:
            return Proposal(max(0.0, min(1.0, self._fraction + left)), quantile)
        threshold = min(1.0, max(0.0, quantile - spread * left))
        return Proposal(1.0 if utility >= threshold else 0.0, threshold)

    def save(self) -> Entry:
        """The utilities in the window, in order of arrival."""
        return Entry(arrays={"utilities": np.array(self._arrived, np.float64)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; a smaller window keeps the last of them."""
        utilities = entry.arrays["utilities"].tolist()[-self._window :]
        self._arrived, self._ascending = deque(utilities), sorted(utilities)
