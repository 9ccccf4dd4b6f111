"""Embeddings -> how near texts lie to those before them, and to landmarks."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from stream.records import Doubles, Floats, Integers
from stream.strategies.base import View


class Nearest:
    """The cosine of each of some texts (n, d) to the nearest landmark, followed as landmarks come; -1 without any."""

    def __init__(self, texts: Floats, landmarks: Floats) -> None:
        self._texts = texts
        self.cosines: Floats = np.full(len(texts), -1.0, np.float32)
        if len(landmarks):
            self.cosines = (texts @ landmarks.T).max(axis=1)

    def add(self, landmark: Floats, start: int = 0) -> None:
        """One more landmark, (d,), for the texts from row ``start`` on."""
        cosines = self.cosines[start:]
        np.maximum(cosines, self._texts[start:] @ landmark, out=cosines)

    def novelty(self, start: int = 0) -> Doubles:
        """One minus the cosine to the nearest landmark, within [0, 1], from row ``start`` on."""
        return 1.0 - self.cosines[start:].clip(0.0, 1.0).astype(np.float64)


NOTHING_NEAR = Nearest(np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32))
"""Before the first block."""


def density(view: View, window: int, neighbours: int, rows: Integers | None = None) -> Doubles:
    """Mean cosine of each text to its nearest among the ``window`` texts before it, (n,) within [0, 1].

    Of these ``rows`` of the block alone, (r,), where they are given.
    """
    nearest = np.partition(cosines_before(view, window, rows), -neighbours, axis=1)[:, -neighbours:]
    found = np.isfinite(nearest)
    sums: Doubles = np.where(found, nearest, 0.0).sum(axis=1, dtype=np.float64)
    means: Doubles = sums / np.maximum(found.sum(axis=1), 1)
    return means.clip(0.0, 1.0)


def mean_cosine(view: View, window: int, nothing: float = 0.0) -> Doubles:
    """Mean cosine of each text to all of the ``window`` texts before it, (n,) in [-1, 1]; ``nothing`` without any.

    The sums of embeddings are exact, and so are their dot products: no cosine of a pair need be computed.
    """
    texts = with_those_before(view, window).astype(np.float64)
    sums = np.concatenate([np.zeros((1, texts.shape[1])), texts.cumsum(axis=0)])
    ends = np.arange(len(texts) - len(view), len(texts))
    starts = np.maximum(ends - window, 0)
    dots: Doubles = np.einsum("nd,nd->n", texts[ends], sums[ends] - sums[starts])
    means: Doubles = np.where(ends > starts, dots / np.maximum(ends - starts, 1), nothing)
    return means.clip(-1.0, 1.0)


def with_those_before(view: View, window: int) -> Floats:
    """The embeddings of the last ``window`` texts before the block, or of as many as there are, and of the block's."""
    return np.concatenate([view.recent()[-window:].reshape(-1, view.embeddings.shape[1]), view.embeddings])


def cosines_before(view: View, window: int, rows: Integers | None = None) -> Floats:
    """Cosines (n, window) of each text to those before it, oldest first; minus infinity where there was none yet.

    Of these ``rows`` of the block alone, (r, window), where they are given.
    """
    rows = np.arange(len(view)) if rows is None else rows
    texts = with_those_before(view, window)
    cosines = np.full((len(rows), window + len(view)), -np.inf, np.float32)
    np.matmul(view.embeddings[rows], texts.T, out=cosines[:, window + len(view) - len(texts) :])
    found: Floats = sliding_window_view(cosines, window, axis=1)[np.arange(len(rows)), rows]
    return found


def require_neighbours(window: int, neighbours: int) -> None:
    """Raises ValueError where a window does not hold so many neighbours."""
    if not 1 <= neighbours <= window:
        raise ValueError(f"neighbours must be from 1 to the window's {window}, not {neighbours}")
