"""Class probabilities and neighbours -> utility: spread-out predictions on texts like many others."""

from __future__ import annotations

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.entropy import normalised_entropy
from stream.strategies.neighbours import mean_cosine


class InformationDensity(Strategy):
    """Entropy times the mean cosine to the last ``window`` texts to the power of ``beta`` (Settles and Craven, 2008).

    The paper averages over a whole pool, this over the texts just before each one.
    """

    def __init__(self, window: int = 500, beta: float = 1.0) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        if beta < 0:
            raise ValueError(f"beta is 0 or more, not {beta}")
        self._window = window
        self._beta = beta

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        likeness: Doubles = mean_cosine(view, self._window).clip(0.0) ** self._beta
        return normalised_entropy(view.query_probabilities) * likeness
