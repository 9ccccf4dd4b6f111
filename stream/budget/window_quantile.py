"""Utility -> how likely to ask: asks about the highest of the last utilities, as many as credit allows.

An incremental quantile filter (Kottke, Krempl, Spiliopoulou 2015, "Probabilistic active learning in datastreams") that
steers by the unspent credit instead of by a second balancing window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from math import ceil

import numpy as np

from stream.budget.base import BudgetRule, Proposal, checked, urge_of
from stream.records import Entry


class WindowQuantile(BudgetRule):
    """Asks about a text whose utility is among the highest ``fraction`` of the last ``window`` ones, itself included.

    Each unspent request beyond the first raises that share by 1/10, or by three times the fraction where that is more,
    so that utilities which fade are spent on as well: with a credit of 11 anything is asked about. Equal utilities are
    equally likely to be asked about: a constant one is asked about at random.

    >>> rule = WindowQuantile(0.5)
    >>> [rule.propose(utility, credit=1.0).probability for utility in (0.3, 0.9, 0.1, 0.3)]
    [0.5, 1.0, 0.0, 0.5]
    """

    def __init__(self, fraction: float, window: int = 500) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        self._fraction = checked(fraction)
        self._urge = urge_of(fraction)
        self._window = window
        self._arrived: deque[float] = deque()
        self._ascending: list[float] = []

    def propose(self, utility: float, credit: float) -> Proposal:
        """Take the next utility; the probability is strictly between 0 and 1 only among equals and at the very edge."""
        values = self._ascending
        if len(values) == self._window:
            del values[bisect_left(values, self._arrived.popleft())]
        self._arrived.append(utility)
        insort(values, utility)
        share = self._fraction if credit <= 1.0 else min(1.0, self._fraction + (credit - 1.0) * self._urge)
        wanted = len(values) * share
        if wanted == 0.0:
            return Proposal(0.0, 1.0)
        threshold = values[-ceil(wanted)]
        if utility < threshold:
            return Proposal(0.0, threshold)
        lower, not_higher = bisect_left(values, utility), bisect_right(values, utility)
        left_for_equals = wanted - (len(values) - not_higher)
        return Proposal(min(1.0, left_for_equals / (not_higher - lower)), threshold)

    def save(self) -> Entry:
        """The utilities in the window, in order of arrival."""
        return Entry(arrays={"utilities": np.array(self._arrived, np.float64)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; a smaller window keeps the last of them."""
        utilities = entry.arrays["utilities"].tolist()[-self._window :]
        self._arrived, self._ascending = deque(utilities), sorted(utilities)
