"""View -> utility that falls near landmarks: what strategies share whose texts become landmarks as they are asked."""

from __future__ import annotations

from abc import abstractmethod

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.neighbours import NOTHING_NEAR, Nearest


class ByNovelty(Strategy):
    """Keeps how near the texts of a block are to landmarks: open requests, the last asked, and those asked in it."""

    def __init__(self) -> None:
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._look(view)
        self._nearest = Nearest(view.embeddings, view.asked)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark for the texts behind it."""
        self._nearest.add(view.embeddings[row], row + 1)
        utility[row + 1 :] = self._utility(row + 1)

    @abstractmethod
    def _look(self, view: View) -> None:
        """Keep what else the utilities of this block are made of."""

    @abstractmethod
    def _utility(self, start: int) -> Doubles:
        """The utilities of the texts from this row of the block on."""
