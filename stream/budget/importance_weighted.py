"""Utility -> how likely to ask: as likely as makes importance weights of 1 / probability safe to learn with.

Importance-weighted active learning (Beygelzimer, Dasgupta, Langford 2009) with the query probability of Beygelzimer,
Hsu, Langford, Zhang 2010, "Agnostic active learning without constraints", algorithm 1.
"""

from __future__ import annotations

from math import log, sqrt

from stream.budget.base import BudgetRule, Proposal, checked
from stream.records import Entry


class ImportanceWeighted(BudgetRule):
    """Asks about text k surely where G <= sqrt(e) + e, with e = ``c0`` * log k / (k - 1), and ever less beyond.

    Beyond, it asks with the probability s that solves G = sqrt(e / s) + e / s: the paper's equation with the constants
    c1 = c2 = 1 (its proofs need larger ones), in closed form s = e * ((1 + sqrt(1 + 4 * G)) / (2 * G))^2. G is how much
    worse a model would fit that calls this text otherwise; here it is the margin, 1 - utility. So what is asked about
    falls as sqrt(log k / k): in the long run it spends ever less. Where the budget is too small for what it asks for,
    the account refuses, and weights of 1 / probability are off: a smaller ``c0`` asks for less. The threshold is the
    utility that is asked about surely.

    >>> rule = ImportanceWeighted(0.1)
    >>> [round(rule.propose(0.5, credit=1.0).probability, 3) for _ in range(40)][::13]
    [1.0, 1.0, 0.946, 0.706]
    """

    def __init__(self, fraction: float, c0: float = 1.0) -> None:
        if not c0 > 0:
            raise ValueError(f"c0 is above 0, not {c0}")
        checked(fraction)
        self._c0 = c0
        self._texts = 0

    def propose(self, utility: float, credit: float) -> Proposal:  # noqa: ARG002  it pays no heed to what is unspent
        """Count the text; the first is asked about surely."""
        self._texts += 1
        if self._texts == 1:
            return Proposal(1.0, 0.0)
        slack = self._c0 * log(self._texts) / (self._texts - 1)
        gap, surely = 1.0 - utility, sqrt(slack) + slack
        threshold = max(0.0, 1.0 - surely)
        if gap <= surely:
            return Proposal(1.0, threshold)
        return Proposal(min(1.0, slack * ((1.0 + sqrt(1.0 + 4.0 * gap)) / (2.0 * gap)) ** 2), threshold)

    def save(self) -> Entry:
        """How many texts there were."""
        return Entry({"texts": self._texts})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._texts = entry.fields["texts"]
