"""Utility and credit -> probability of asking: the contract of a budget rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from stream.records import Entry

_URGE = 0.1


class Proposal(NamedTuple):
    """With which probability to ask, and the utility from which the rule would have asked."""

    probability: float
    threshold: float


class BudgetRule(ABC):
    """Which utilities are worth asking about, spending ``fraction`` of the texts in the long run.

    A rule proposes; `stream.budget.accounts` alone decides whether there is credit. So no rule can overspend.
    """

    @abstractmethod
    def propose(self, utility: float, credit: float) -> Proposal:
        """Look at the next text: ``utility`` in [0, 1], ``credit`` in requests (below 1: it cannot be asked)."""

    def propose_run(self, utilities: Sequence[float], outlook: Sequence[float]) -> tuple[list[float], Proposal | None]:
        """Look at the next texts, up to and including the first that might be asked about: `propose` for each of them.

        Of ``outlook`` there may be fewer: then no more texts are looked at. Returns the thresholds of those before that
        one, and what is proposed for it; None where there is none.
        """
        thresholds: list[float] = []
        for utility, credit in zip(utilities, outlook, strict=False):
            proposal = self.propose(utility, credit)
            if proposal.probability:
                return thresholds, proposal
            thresholds.append(proposal.threshold)
        return thresholds, None

    @abstractmethod
    def save(self) -> Entry:
        """All that later proposals depend on."""

    @abstractmethod
    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""


def checked(fraction: float) -> float:
    """The fraction of texts that a rule may ask about. Raises ValueError where it is not from 0 to 1."""
    if not 0 <= fraction <= 1:
        raise ValueError(f"the fraction of texts to ask about is from 0 to 1, not {fraction}")
    return fraction


def urge_of(fraction: float) -> float:
    """By how much each unspent request beyond the first raises the share of texts that is asked about.

    With 1/10 alone, up to 6% of streams at fractions from 0.2 to 0.7 left more than 2% of 200 requests unspent; with
    three times the fraction, where that is more, none of 1,200.
    """
    return max(_URGE, 3.0 * fraction)
