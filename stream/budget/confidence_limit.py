"""Asked or not -> confidence below which to ask: the threshold that three of the rules move after every text."""

from __future__ import annotations

from stream.budget.base import Proposal
from stream.records import Entry

_LEAST = 0.01
"""From 0 no factor leads back."""


class ConfidenceLimit:
    """Falls by the share ``step`` when a text is asked about, and rises by it when not (Zliobaite et al. 2014).

    Confidence is 1 - utility. The limit begins at 1 and moves only while a request can be paid for, as in the paper.
    Where a text is asked about with some probability, it moves by the mean of both steps: who draws is the account,
    after the rule, so that the probability that is recorded is the true one.
    """

    def __init__(self, step: float = 0.01) -> None:
        if not 0 < step < 1:
            raise ValueError(f"a threshold moves by a share between 0 and 1, not by {step}")
        self.value = 1.0
        self._step = step

    def proposal(self, probability: float) -> Proposal:
        """Ask with this probability; the threshold is the limit, as a utility."""
        return Proposal(probability, max(0.0, 1.0 - self.value))

    def move(self, probability: float, credit: float, weight: float = 1.0) -> None:
        """One more text was asked about with this probability; ``weight`` is the share of the step to make."""
        if credit >= 1.0:
            self.value = max(_LEAST, self.value * (1.0 + weight * self._step * (1.0 - 2.0 * probability)))

    def save(self) -> Entry:
        """The limit."""
        return Entry({"confidence": self.value})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self.value = entry.fields["confidence"]
