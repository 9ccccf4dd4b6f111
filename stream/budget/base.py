"""Utility and credit -> probability of asking: the contract of a budget rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from stream.records import Entry


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

    @abstractmethod
    def save(self) -> Entry:
        """All that later proposals depend on."""

    @abstractmethod
    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
