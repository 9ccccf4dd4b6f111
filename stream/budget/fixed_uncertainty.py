"""Utility -> whether to ask: asks from a fixed utility on.

The fixed uncertainty strategy (Zliobaite, Bifet, Pfahringer, Holmes 2014, "Active learning with drifting streaming
data"). They ask below a fixed confidence that somebody has to choose; here it follows from the budget.
"""

from __future__ import annotations

from stream.budget.base import BudgetRule, Proposal, checked
from stream.records import Entry


class FixedUncertainty(BudgetRule):
    """Asks about every text whose utility is at least ``threshold``: 1 - ``fraction`` where none is given.

    That is right for utilities that are spread evenly over [0, 1]. Others leave the budget unspent, or exhaust it and
    then take whatever comes next: it is here to compare with.

    >>> FixedUncertainty(0.25).propose(0.75, credit=1.0)
    Proposal(probability=1.0, threshold=0.75)
    """

    def __init__(self, fraction: float, threshold: float | None = None) -> None:
        self._threshold = 1.0 - checked(fraction) if threshold is None else threshold

    def propose(self, utility: float, credit: float) -> Proposal:  # noqa: ARG002  fixed: whatever is unspent
        """Ask from the threshold on."""
        return Proposal(1.0 if utility >= self._threshold else 0.0, self._threshold)

    def save(self) -> Entry:
        """Nothing: it never changes."""
        return Entry()

    def restore(self, entry: Entry) -> None:
        """Nothing to go on from."""
