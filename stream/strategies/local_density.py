"""Neighbours -> of which texts before it each text is the nearest so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stream.strategies.base import View
from stream.strategies.neighbours import with_those_before


def nearest_so_far(view: View, window: int) -> NDArray[np.bool_]:
    """Whether each text is nearer to each of the ``window`` before it, (n, window), than any that came earlier.

    Oldest first. "Any" are the texts that the older one met: the ``window`` before it, and all from it on. The row's
    sum is the local density factor of Ienco, Zliobaite and Pfahringer (2014).
    """
    texts = with_those_before(view, 2 * window)
    cosines = texts @ texts.T
    age = np.subtract.outer(np.arange(len(texts)), np.arange(len(texts)))
    cosines[(age == 0) | (np.abs(age) > window)] = -np.inf
    greatest = np.maximum.accumulate(cosines, axis=0)
    nearer = np.zeros((len(texts), window + len(texts)), np.bool_)
    nearer[1:, window:] = cosines[1:] > greatest[:-1]
    rows = np.arange(len(texts) - len(view), len(texts))[:, None]
    found: NDArray[np.bool_] = nearer[rows, rows + np.arange(window)]
    return found
