"""Labels per class -> how common the classes are, and which have become commoner."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stream.records import Doubles, Integers


class ClassPrior(NamedTuple):
    """Shares of the classes, (k,), and how far the labels show that they differ: 0 not at all, 1 beyond doubt."""

    shares: Doubles
    inequality: float


def class_prior(counts: Doubles) -> ClassPrior:
    """Shares shrunk towards equal ones as far as chance alone would make the counts (k,) differ.

    Positive-part shrinkage as by James and Stein, but by all k - 1 degrees of freedom, where theirs takes two off: with
    4 labels for each of 77 equally common classes, counts from 0 to 9 are chance, and believing them costs accuracy;
    with 300 labels for 3 classes it hardly shrinks.
    """
    classes, labels = len(counts), float(counts.sum())
    if labels == 0:
        return ClassPrior(np.full(classes, 1 / max(1, classes)), 0.0)
    dispersion = float(np.sum((counts - labels / classes) ** 2)) * classes / labels
    inequality = _beyond_chance(dispersion, classes - 1)
    smoothed = (counts + 0.5) / (labels + 0.5 * classes)
    return ClassPrior((1 - inequality) / classes + inequality * smoothed, inequality)


def lean(classes: Integers, known: int) -> Doubles:
    """How much higher the log share of each of the ``known`` classes is among the latest labels than among all, (k,).

    ``classes`` (n,) are the labels' classes, oldest first. The i-th of n weighs (i/n)^3: a mix of classes that changed
    half-way is followed by nine tenths, however long the stream. It is shrunk towards no lean as far as chance alone
    would make the latest counts differ (James-Stein, as in `class_prior`).
    """
    labels = len(classes)
    place = np.arange(1, labels + 1) / max(1, labels)
    weights = place * place * place
    mean = weights.sum() / max(1, labels)
    every, latest = np.bincount(classes, minlength=known), np.bincount(classes, weights, known)
    expected, seen = every * mean, every > 0
    dispersion = float(np.sum((latest - expected)[seen] ** 2 / every[seen]))
    chance = (np.count_nonzero(seen) - 1) * float(np.sum((weights - mean) ** 2)) / max(1, labels - 1)
    found: Doubles = _beyond_chance(dispersion, chance) * np.log((latest + 0.5) / (expected + 0.5))
    return found


def _beyond_chance(dispersion: float, chance: float) -> float:
    """The part of a dispersion that is not what chance alone makes, from 0 to 1 (positive-part James-Stein)."""
    return max(0.0, 1.0 - chance / dispersion) if dispersion > 0 else 0.0
