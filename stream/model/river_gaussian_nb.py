"""Embedding -> class probabilities of river's Gaussian naive Bayes."""

from __future__ import annotations

from stream.model.river_classifier import RiverClassifier
from stream.river_parts import river_part


def river_gaussian_nb() -> RiverClassifier:
    """A new one."""
    return RiverClassifier(river_part("river.naive_bayes.gaussian", "GaussianNB"))
