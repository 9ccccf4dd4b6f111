"""Class probabilities, neighbours and landmarks -> utility: uncertain texts that are typical, and new."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.margin import one_minus_margin
from stream.strategies.neighbours import NOTHING_NEAR, Nearest, density, require_neighbours

_SURE = 0.5
"""Of one minus the margin: below it the model is sure."""
_TRUSTED = 0.5
_LABELS_PER_CLASS_TO_START = 3
_LABELS_PER_CLASS_TO_FADE = (10, 30)
_USUAL = 0.4
"""What the root of density and novelty mostly is: so the utility keeps its scale while their weight falls."""


class TypicalMargin(Strategy):
    """Margin times the root of density and novelty; at the start, density times novelty alone.

    Density is the mean cosine to the ``neighbours`` nearest of the last ``window`` texts, novelty one minus the cosine
    to the nearest landmark. The start lasts while class names are not trusted and there are fewer than three labels for
    each class that has one: probabilities say nothing so early. From 10 labels for each class that has one the root's
    weight falls, and at 30 the margin stands alone: few classes with many labels are told apart where they meet, which
    is not where texts are dense. After the start the root of a text that the model is sure about is not looked at, but
    taken to be what it mostly is: it would not be asked about, and products with all landmarks are most of what a text
    costs (docs/learning.md).
    """

    def __init__(self, window: int = 500, neighbours: int = 10) -> None:
        require_neighbours(window, neighbours)
        self._window = window
        self._neighbours = neighbours
        self._starting = True
        self._weight = 1.0
        self._rows = np.zeros(0, np.int64)
        """Of the block last scored, those whose density and novelty count; what follows is of them alone."""
        self._margin = self._density = np.zeros(0)
        self._nearest = NOTHING_NEAR

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._starting, self._weight = _starting(view), _weight(view)
        margin = one_minus_margin(view.query_probabilities)
        looked_at = np.full(len(view), True) if self._starting else (margin >= _SURE) & (self._weight > 0)
        self._rows = np.flatnonzero(looked_at)
        utility = _USUAL * margin
        if len(self._rows):
            self._margin, self._nearest = margin[self._rows], Nearest(view.embeddings[self._rows], view.asked)
            self._density = density(view, self._window, self._neighbours, self._rows)
            utility[self._rows] = self._utility(0)
        return utility

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """The text being asked is a landmark for the texts behind it, as long as novelty counts."""
        start = int(self._rows.searchsorted(row, side="right"))
        if start < len(self._rows):
            self._nearest.add(view.embeddings[row], start)
            utility[self._rows[start:]] = self._utility(start)

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
