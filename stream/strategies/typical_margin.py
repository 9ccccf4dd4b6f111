"""Class probabilities, neighbours and landmarks -> utility: uncertain texts that are typical, and new."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles, Floats
from stream.strategies.base import Strategy, View
from stream.strategies.margin import one_minus_margin

_TRUSTED = 0.5
_LABELS_PER_CLASS_TO_START = 3


class TypicalMargin(Strategy):
    """Margin times the root of density and novelty; at the start, density times novelty alone.

    Density is the mean cosine to the ``neighbours`` nearest of the last ``window`` texts, novelty one minus the cosine
    to the nearest landmark. The start lasts while class names are not trusted and there are fewer than three labels for
    each class that has one: probabilities say nothing so early.
    """

    def __init__(self, window: int = 500, neighbours: int = 10) -> None:
        if not 1 <= neighbours <= window:
            raise ValueError(f"neighbours must be from 1 to the window's {window}, not {neighbours}")
        self._window = window
        self._neighbours = neighbours
        self._starting = True
        self._margin: Doubles = np.zeros(0)
        self._density: Doubles = np.zeros(0)
        self._novelty: Doubles = np.zeros(0)
        self._cosines: Floats = np.zeros((0, 0), np.float32)

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._starting = _starting(view)
        self._margin = one_minus_margin(view.query_probabilities)
        self._cosines = view.embeddings @ view.embeddings.T
        self._density = self._densities(view)
        self._novelty = np.ones(len(view))
        if len(view.asked):
            self._novelty = _novelty((view.embeddings @ view.asked.T).max(axis=1))
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: ARG002  `score` kept what is needed
        """The text being asked is a landmark for the texts behind it."""
        behind = row + 1
        np.minimum(self._novelty[behind:], _novelty(self._cosines[behind:, row]), out=self._novelty[behind:])
        utility[behind:] = self._utility(behind)

    def _utility(self, start: int) -> Doubles:
        typical = self._density[start:] * self._novelty[start:]
        if self._starting:
            return typical
        return self._margin[start:] * np.sqrt(typical)

    def _densities(self, view: View) -> Doubles:
        """Mean cosine of each row to its nearest among the ``window`` texts before it, its own batch included."""
        nearest = np.partition(self._to_those_before(view), -self._neighbours, axis=1)[:, -self._neighbours :]
        found = np.isfinite(nearest)
        sums: Doubles = np.where(found, nearest, 0.0).sum(axis=1, dtype=np.float64)
        means: Doubles = sums / np.maximum(found.sum(axis=1), 1)
        return means.clip(0.0, 1.0)

    def _to_those_before(self, view: View) -> Floats:
        """Cosines (n, window) of each row to the texts before it; minus infinity where there was none yet."""
        texts, window = len(view), self._window
        width = window + texts
        flat = np.full(texts * (width + 1), -np.inf, np.float32)
        cosines = flat[:-texts].reshape(texts, width)
        recent = view.recent[-window:].reshape(-1, view.embeddings.shape[1])
        cosines[:, window - len(recent) : window] = view.embeddings @ recent.T
        cosines[:, window:] = self._cosines
        # Read in rows that are longer by one, each row begins one text later than the row before it.
        return flat.reshape(texts, width + 1)[:, :window]


def _starting(view: View) -> bool:
    labels, classes = int(view.label_counts.sum()), int(np.count_nonzero(view.label_counts))
    return view.trust < _TRUSTED and labels < max(1, _LABELS_PER_CLASS_TO_START * classes)


def _novelty(cosines: Floats) -> Doubles:
    """One minus the cosine to the nearest landmark, (n,), within [0, 1]."""
    return 1.0 - cosines.clip(0.0, 1.0).astype(np.float64)
