"""Utility -> whether to ask: asks below a confidence that falls with each request and rises with each text passed over.

The variable uncertainty strategy (Zliobaite, Bifet, Pfahringer, Holmes 2014, "Active learning with drifting streaming
data").
"""

from __future__ import annotations

from stream.budget.base import BudgetRule, Proposal, checked
from stream.budget.confidence_limit import ConfidenceLimit
from stream.records import Entry


class VariableUncertainty(BudgetRule):
    """Asks while 1 - utility is below the limit, which each request lowers, and each other text raises, by ``step``.

    The limit settles where about half of the texts are asked about that come while there is credit: so the budget is
    spent whatever the utilities, but on the better half of what comes first, not on the best.

    >>> rule = VariableUncertainty(0.1, step=0.5)
    >>> [rule.propose(0.4, credit=1.0).probability for _ in range(3)]
    [1.0, 0.0, 1.0]
    """

    def __init__(self, fraction: float, step: float = 0.01) -> None:
        checked(fraction)
        self._limit = ConfidenceLimit(step)

    def propose(self, utility: float, credit: float) -> Proposal:
        """Ask below the limit, then move it."""
        proposal = self._limit.proposal(1.0 if 1.0 - utility < self._limit.value else 0.0)
        self._limit.move(proposal.probability, credit)
        return proposal

    def save(self) -> Entry:
        """The limit."""
        return self._limit.save()

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._limit.restore(entry)
