"""Utility -> how likely to ask: variable uncertainty with a limit that is blurred, so that any text may be asked about.

The strategy with randomisation (Zliobaite, Bifet, Pfahringer, Holmes 2014, "Active learning with drifting streaming
data"): the limit is multiplied by a number drawn from the normal distribution of mean 1 and deviation 1.
"""

from __future__ import annotations

from math import erfc, sqrt

from stream.budget.base import BudgetRule, Proposal, checked
from stream.budget.confidence_limit import ConfidenceLimit
from stream.records import Entry


class RandomisedVariableUncertainty(BudgetRule):
    """Asks with the probability that 1 - utility is below the limit times a normal number of mean 1, ``deviation`` 1.

    The paper draws that number; here its distribution is the probability, which the account draws with and records.

    >>> rule = RandomisedVariableUncertainty(0.1)
    >>> rule.propose(0.0, credit=1.0)
    Proposal(probability=0.5, threshold=0.0)
    """

    def __init__(self, fraction: float, step: float = 0.01, deviation: float = 1.0) -> None:
        checked(fraction)
        if not deviation > 0:
            raise ValueError(f"a deviation is above 0, not {deviation}")
        self._limit = ConfidenceLimit(step)
        self._scale = deviation * sqrt(2.0)

    def propose(self, utility: float, credit: float) -> Proposal:
        """Ask with even odds at the limit, likelier below it, then move it."""
        beyond = (1.0 - utility) / self._limit.value - 1.0
        proposal = self._limit.proposal(0.5 * erfc(beyond / self._scale))
        self._limit.move(proposal.probability, credit)
        return proposal

    def save(self) -> Entry:
        """The limit."""
        return self._limit.save()

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._limit.restore(entry)
