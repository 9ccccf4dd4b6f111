"""Utility -> how likely to ask: asks about the highest of the last utilities, as many as credit allows.

An incremental quantile filter (Kottke, Krempl, Spiliopoulou 2015, "Probabilistic active learning in datastreams") that
steers by the unspent credit instead of by a second balancing window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Sequence
from math import ceil

import numpy as np

from stream.budget.base import BudgetRule, Proposal, checked, urge_of
from stream.records import Entry

_AHEAD = 4
"""Times what is wanted now: so many of the highest are kept in order, as credit that grows will want more of them."""


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
        self._highest: list[float] = []
        """All of the window that are at least ``_least``, rising: only among these is the threshold looked up."""
        self._least = 0.0

    def propose(self, utility: float, credit: float) -> Proposal:
        """Take the next utility; the probability is strictly between 0 and 1 only among equals and at the very edge."""
        thresholds, proposal = self.propose_run((utility,), (credit,))
        return proposal or Proposal(0.0, *thresholds)

    def propose_run(self, utilities: Sequence[float], outlook: Sequence[float]) -> tuple[list[float], Proposal | None]:
        """As `BudgetRule.propose_run`, at half the cost: most texts are not asked about."""
        arrived, highest, least, fraction, urge = self._arrived, self._highest, self._least, self._fraction, self._urge
        thresholds: list[float] = []
        for utility, credit in zip(utilities, outlook, strict=False):
            if len(arrived) == self._window and (left := arrived.popleft()) >= least:
                del highest[bisect_left(highest, left)]
            arrived.append(utility)
            if utility >= least:
                insort(highest, utility)
            share = fraction if credit <= 1.0 else fraction + (credit - 1.0) * urge
            wanted = len(arrived) * (share if share < 1.0 else 1.0)
            places = ceil(wanted)
            if places > len(highest):
                highest, least = self._rank(_AHEAD * places)
            threshold = highest[-places] if places else 1.0
            if utility >= threshold and places:
                if len(highest) > 2 * _AHEAD * wanted:
                    self._rank(_AHEAD * places)
                return thresholds, Proposal(self._probability(utility, wanted), threshold)
            thresholds.append(threshold)
        return thresholds, None

    def _rank(self, texts: int) -> tuple[list[float], float]:
        """Keep that many of the highest in order from here on, and their equals; they, and the least of them."""
        rising = sorted(self._arrived)
        self._least = rising[-texts] if texts < len(rising) else 0.0
        self._highest = rising[bisect_left(rising, self._least) :]
        return self._highest, self._least

    def _probability(self, utility: float, wanted: float) -> float:
        """That of asking about a utility which is among the ``wanted`` highest of the window, or equals the last."""
        lower, not_higher = bisect_left(self._highest, utility), bisect_right(self._highest, utility)
        left_for_equals = wanted - (len(self._highest) - not_higher)
        return min(1.0, left_for_equals / (not_higher - lower))

    def save(self) -> Entry:
        """The utilities in the window, in order of arrival."""
        return Entry(arrays={"utilities": np.array(self._arrived, np.float64)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; a smaller window keeps the last of them."""
        self._arrived = deque(entry.arrays["utilities"].tolist()[-self._window :])
        self._rank(len(self._arrived))
