"""Utility -> how likely to ask: b / (b + margin).

Selective sampling (Cesa-Bianchi, Gentile, Zaniboni 2006, "Worst-case analysis of selective sampling for linear
classification"). The margin is 1 - utility, b the fraction of texts to ask about, as Zliobaite et al. 2014 chose it.
"""

from __future__ import annotations

from stream.budget.base import BudgetRule, Proposal, checked
from stream.records import Entry


class SelectiveSampling(BudgetRule):
    """Asks with probability b / (b + 1 - utility): surely at a utility of 1, with about b at one of 0.

    It has no state, and never asks about less than b / (1 + b) of the texts: mostly it asks for more than there is, and
    the account takes what comes first. The threshold is the utility that is asked about with even odds, 1 - b.

    >>> SelectiveSampling(0.25).propose(0.25, credit=1.0)
    Proposal(probability=0.25, threshold=0.75)
    """

    def __init__(self, fraction: float) -> None:
        self._b = checked(fraction)

    def propose(self, utility: float, credit: float) -> Proposal:  # noqa: ARG002  whatever is unspent
        """The formula; nothing at all where the fraction is 0."""
        probability = self._b / (self._b + (1.0 - utility)) if self._b else 0.0
        return Proposal(probability, 1.0 - self._b)

    def save(self) -> Entry:
        """Nothing: it never changes."""
        return Entry()

    def restore(self, entry: Entry) -> None:
        """Nothing to go on from."""
