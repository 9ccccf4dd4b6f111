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
_LABELS_PER_CLASS_TO_FADE = (10, 30)
_USUAL = 0.4
"""What the root of density and novelty mostly is: so the utility keeps its scale while their weight falls."""


class TypicalMargin(ByNovelty):
    """Margin times the root of density and novelty; at the start, density times novelty alone.

    Density is the mean cosine to the ``neighbours`` nearest of the last ``window`` texts, novelty one minus the cosine
    to the nearest landmark. The start lasts while class names are not trusted and there are fewer than three labels for
    each class that has one: probabilities say nothing so early. From 10 labels for each class that has one the root's
    weight falls, and at 30 the margin stands alone: few classes with many labels are told apart where they meet, which
    is not where texts are dense (docs/learning.md).
    """

    def __init__(self, window: int = 500, neighbours: int = 10) -> None:
        super().__init__()
        require_neighbours(window, neighbours)
        self._window = window
        self._neighbours = neighbours
        self._starting = True
        self._weight = 1.0
        self._margin: Doubles = np.zeros(0)
        self._density: Doubles = np.zeros(0)

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._starting, self._weight = _starting(view), _weight(view)
        self._margin = one_minus_margin(view.query_probabilities)
        return super().score(view) if self._weight else _USUAL * self._margin

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark for the texts behind it, as long as novelty counts."""
        if self._weight:
            super().asked(view, row, utility)

    def _look(self, view: View) -> None:
        self._density = density(view, self._window, self._neighbours)

    def _utility(self, start: int) -> Doubles:
        typical = self._density[start:] * self._nearest.novelty(start)
        if self._starting:
            return typical
        faded: Doubles = np.sqrt(typical) ** self._weight * _USUAL ** (1.0 - self._weight)
        return self._margin[start:] * faded


def _starting(view: View) -> bool:
    labels, classes = _labels(view)
    return view.trust < _TRUSTED and labels < max(1, _LABELS_PER_CLASS_TO_START * classes)


def _weight(view: View) -> float:
    """That of density and novelty beside the margin, from 1 down to 0."""
    labels, classes = _labels(view)
    least, most = _LABELS_PER_CLASS_TO_FADE
    return min(1.0, max(0.0, (most - labels / max(1, classes)) / (most - least)))


def _labels(view: View) -> tuple[int, int]:
    """How many there are, and for how many classes."""
    return int(view.label_counts.sum()), int(np.count_nonzero(view.label_counts))
