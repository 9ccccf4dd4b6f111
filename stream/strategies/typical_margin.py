"""Class probabilities, neighbours and landmarks -> utility: uncertain texts that are typical, and new."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.margin import one_minus_margin
from stream.strategies.neighbours import NOTHING_NEAR, Nearest, density, require_neighbours

_TRUSTED = 0.5
_LABELS_PER_CLASS_TO_START = 3


class TypicalMargin(Strategy):
    """Margin times the root of density and novelty; at the start, density times novelty alone.

    Density is the mean cosine to the ``neighbours`` nearest of the last ``window`` texts, novelty one minus the cosine
    to the nearest landmark. The start lasts while class names are not trusted and there are fewer than three labels for
    each class that has one: probabilities say nothing so early.
    """

    def __init__(self, window: int = 500, neighbours: int = 10) -> None:
        require_neighbours(window, neighbours)
        self._window = window
        self._neighbours = neighbours
        self._starting = True
        self._margin: Doubles = np.zeros(0)
        self._density: Doubles = np.zeros(0)
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._starting = _starting(view)
        self._margin = one_minus_margin(view.query_probabilities)
        self._density = density(view, self._window, self._neighbours)
        self._nearest = Nearest(view.embeddings, view.asked)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark for the texts behind it."""
        self._nearest.add(view.embeddings[row])
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        typical = self._density[start:] * self._nearest.novelty(start)
        if self._starting:
            return typical
        return self._margin[start:] * np.sqrt(typical)


def _starting(view: View) -> bool:
    labels, classes = int(view.label_counts.sum()), int(np.count_nonzero(view.label_counts))
    return view.trust < _TRUSTED and labels < max(1, _LABELS_PER_CLASS_TO_START * classes)
