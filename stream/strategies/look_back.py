"""View -> what came before each of its texts, the block's own earlier ones included: the same however it is cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stream.records import Doubles, Floats, Integers
from stream.strategies.base import View
from stream.strategies.neighbours import with_those_before

TEXTS = 500
"""How far back a text may look: that many embeddings come with a view."""


class Sample(NamedTuple):
    """Some texts (s, d), and for each row of a view which of them are its own, (n, size); -1 where there are fewer."""

    embeddings: Floats
    rows: Integers


def before(earlier: Doubles, own: Doubles, width: int, nothing: float) -> Doubles:
    """The ``width`` numbers before each of ``own``, oldest first, (n, width); ``nothing`` where there were fewer.

    >>> before(np.array([1.0]), np.array([2.0, 3.0, 4.0]), 2, np.nan)
    array([[nan,  1.],
           [ 1.,  2.],
           [ 2.,  3.]])
    """
    kept = earlier[max(0, len(earlier) - width) :]
    padded = np.concatenate([np.full(width - len(kept), nothing), kept, own])
    return np.lib.stride_tricks.sliding_window_view(padded, width)[: len(own)]


def sample(view: View, every: int, size: int) -> Sample:
    """For each row the last ``size`` texts before it whose place in the stream is a multiple of ``every``.

    Raises ValueError where they would lie further back than a text may look.
    """
    if every * size > TEXTS:
        raise ValueError(f"{size} texts, one of {every}, reach further back than {TEXTS}")
    texts = with_those_before(view, TEXTS)
    earlier = len(texts) - len(view)
    place = int(view.positions[0]) - earlier + np.arange(len(texts))
    chosen = np.flatnonzero(place % every == 0)
    ends = np.searchsorted(chosen, earlier + np.arange(len(view)))
    rows = ends[:, None] + np.arange(-size, 0)
    return Sample(texts[chosen], np.maximum(rows, -1))
