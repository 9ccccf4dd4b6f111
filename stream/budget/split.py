"""Utility -> how likely to ask: a share of the texts is asked about at random, the others by variable uncertainty.

The split strategy (Zliobaite, Bifet, Pfahringer, Holmes 2014, "Active learning with drifting streaming data").
"""

from __future__ import annotations

from stream.budget.base import BudgetRule, Proposal, checked
from stream.budget.confidence_limit import ConfidenceLimit
from stream.records import Entry


class Split(BudgetRule):
    """Leaves the share ``at_random`` of the texts to chance, asking about the budget's fraction of them.

    The paper draws to which side a text goes; here the probability is that of both together, which the account draws
    with and records. (What it uses the random side for, to see drift, the audit account does: see `accounts`.)

    >>> Split(0.1, at_random=0.5).propose(0.5, credit=1.0)
    Proposal(probability=0.55, threshold=0.0)
    """

    def __init__(self, fraction: float, step: float = 0.01, at_random: float = 0.2) -> None:
        if not 0 <= at_random <= 1:
            raise ValueError(f"a share left to chance is from 0 to 1, not {at_random}")
        self._limit = ConfidenceLimit(step)
        self._by_chance = at_random * checked(fraction)
        self._by_limit = 1.0 - at_random

    def propose(self, utility: float, credit: float) -> Proposal:
        """Ask by chance or below the limit, then move the limit for the share of texts that saw it."""
        unsure = 1.0 if 1.0 - utility < self._limit.value else 0.0
        proposal = self._limit.proposal(self._by_chance + self._by_limit * unsure)
        self._limit.move(unsure, credit, weight=self._by_limit)
        return proposal

    def save(self) -> Entry:
        """The limit."""
        return self._limit.save()

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._limit.restore(entry)
