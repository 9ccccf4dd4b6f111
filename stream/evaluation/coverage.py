"""Texts and labelled texts -> the share of the stream that has a labelled text near it."""

from __future__ import annotations

import numpy as np

from stream.records import Floats

NEAR = 0.6
"""The least cosine at which two texts are taken to be near."""


def coverage(texts: Floats, labelled: Floats, near: float = NEAR) -> float | None:
    """The share of texts (n, d) whose cosine to some labelled text (a, d) is at least ``near``; None without texts.

    All are unit vectors. Texts far from every labelled one are those that the model knows nothing like.

    >>> coverage(np.eye(2, dtype=np.float32), np.array([[0.8, 0.6]], np.float32), near=0.7)
    0.5
    """
    if not len(texts):
        return None
    if not len(labelled):
        return 0.0
    return float(np.mean((texts @ labelled.T).max(axis=1) >= near))
