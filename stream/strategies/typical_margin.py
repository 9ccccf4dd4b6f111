"""Class probabilities, neighbours and landmarks -> utility: uncertain texts that are typical, and new."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import View
from stream.strategies.by_novelty import ByNovelty
from stream.strategies.margin import one_minus_margin
from stream.strategies.neighbours import density, require_neighbours

_TRUSTED = 0.5
_LABELS_PER_CLASS_TO_START = 3


class TypicalMargin(ByNovelty):
    """Margin times the root of density and novelty; at the start, density times novelty alone.

    Density is the mean cosine to the ``neighbours`` nearest of the last ``window`` texts, novelty one minus the cosine
    to the nearest landmark. The start lasts while class names are not trusted and there are fewer than three labels for
    each class that has one: probabilities say nothing so early.
    """

    def __init__(self, window: int = 500, neighbours: int = 10) -> None:
        super().__init__()
        require_neighbours(window, neighbours)
        self._window = window
        self._neighbours = neighbours
        self._starting = True
        self._margin: Doubles = np.zeros(0)
        self._density: Doubles = np.zeros(0)

    def _look(self, view: View) -> None:
        self._starting = _starting(view)
        self._margin = one_minus_margin(view.query_probabilities)
        self._density = density(view, self._window, self._neighbours)

    def _utility(self, start: int) -> Doubles:
        typical = self._density[start:] * self._nearest.novelty(start)
        if self._starting:
            return typical
        return self._margin[start:] * np.sqrt(typical)


def _starting(view: View) -> bool:
    labels, classes = int(view.label_counts.sum()), int(np.count_nonzero(view.label_counts))
    return view.trust < _TRUSTED and labels < max(1, _LABELS_PER_CLASS_TO_START * classes)
