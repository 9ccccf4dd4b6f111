"""Labels per class -> how common the classes are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stream.records import Doubles


class ClassPrior(NamedTuple):
    """Shares of the classes, (k,), and how far the labels show that they differ: 0 not at all, 1 beyond doubt."""

    shares: Doubles
    inequality: float


def class_prior(counts: Doubles) -> ClassPrior:
    """Shares shrunk towards equal ones as far as chance alone would make the counts (k,) differ.

    The positive-part James-Stein estimator: with 4 labels for each of 77 equally common classes, counts from 0 to 9 are
    chance, and believing them costs accuracy; with 300 labels for 3 classes it hardly shrinks.
    """
    classes, labels = len(counts), float(counts.sum())
    if labels == 0:
        return ClassPrior(np.full(classes, 1 / max(1, classes)), 0.0)
    dispersion = float(np.sum((counts - labels / classes) ** 2)) * classes / labels
    inequality = max(0.0, 1.0 - (classes - 1) / dispersion) if dispersion > 0 else 0.0
    smoothed = (counts + 0.5) / (labels + 0.5 * classes)
    return ClassPrior((1 - inequality) / classes + inequality * smoothed, inequality)
