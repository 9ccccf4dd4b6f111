"""Embedding -> class probabilities of river's Gaussian naive Bayes."""

from __future__ import annotations

from river.naive_bayes import GaussianNB

from stream.model.river_classifier import RiverClassifier


def river_gaussian_nb() -> RiverClassifier:
    """A new one."""
    return RiverClassifier(GaussianNB)
