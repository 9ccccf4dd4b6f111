"""Landmarks -> utility: texts unlike any that was asked about."""

from __future__ import annotations

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.neighbours import NOTHING_NEAR, Nearest


class Novelty(Strategy):
    """One minus the cosine to the nearest landmark: a text far from all labelled ones (Fu, Zhu, Elmqvist, 2013).

    Landmarks are open requests and the last asked, whether answered yet or not.
    """

    def __init__(self) -> None:
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Novelties, (n,) in [0, 1]; 1 while nothing was asked about."""
        self._nearest = Nearest(view.embeddings, view.asked)
        return self._nearest.novelty()

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark for the texts behind it."""
        self._nearest.add(view.embeddings[row], row + 1)
        utility[row + 1 :] = self._nearest.novelty(row + 1)
