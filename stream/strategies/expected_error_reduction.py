"""Class probabilities, prototypes and a sample of the last texts -> utility: how much surer a label makes of them."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles, Integers
from stream.strategies.base import Strategy, View
from stream.strategies.class_directions import cosines, directions, masses, with_text_added
from stream.strategies.look_back import Sample, sample

_EVERY = 7
_SAMPLE = 64
_LABELS = 3
_SHARPNESS = 15.0
"""What a cosine with a prototype counts in a logit of the default model."""


class ExpectedErrorReduction(Strategy):
    """The expected fall of the error on other texts, each text's being 1 - max p (Roy and McCallum, 2001).

    They train a model for each text and each of its labels. Here a label only moves its class's prototype, so that one
    logit of each other text changes, by 15 times the change of its cosine: no refit, and a closed form. The other
    texts are the last 64 whose places in the stream are multiples of 7, the labels the three likeliest, their
    probabilities scaled to sum to 1.
    """

    def score(self, view: View) -> Doubles:
        """(1 + expected fall) / 2, (n,) in [0, 1], so that 1/2 means none; 1 without two classes or any text before."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        others = sample(view, _EVERY, _SAMPLE)
        found = others.rows >= 0
        if not found.any():
            return np.ones(len(view))
        labels = _likeliest(probabilities)
        chances = np.take_along_axis(probabilities, labels, axis=1)
        chances /= chances.sum(axis=1, keepdims=True)
        falls = np.where(found[:, None, :], _falls(view, others, labels), 0.0).sum(axis=2)
        numbers = found.sum(axis=1)
        expected = (chances * falls).sum(axis=1) / np.maximum(numbers, 1)
        return np.where(numbers > 0, (1.0 + expected) / 2.0, 1.0).clip(0.0, 1.0)


def _likeliest(probabilities: Doubles) -> Integers:
    """The likeliest labels of each text, (n, up to 3)."""
    count = min(_LABELS, probabilities.shape[1])
    order: Integers = np.argpartition(probabilities, -count, axis=1)[:, -count:]
    return order


def _falls(view: View, others: Sample, labels: Integers) -> Doubles:
    """How much each text's error falls where a row has this label, (n, labels, size); a row's own texts only."""
    own, of_label = others.rows[:, None, :], labels[:, :, None]
    rows = directions(view)
    between = np.take_along_axis(cosines(view.embeddings, rows), labels, axis=1)[:, :, None]
    to_prototype = cosines(others.embeddings, rows)[own, of_label]
    to_text = np.take_along_axis(cosines(view.embeddings, others.embeddings), others.rows, axis=1)[:, None, :]
    after = with_text_added(masses(view)[of_label], to_prototype, between, to_text)
    growth = np.exp(_SHARPNESS * (after - to_prototype))

    chances = view.query(others.embeddings)
    best, second = _two_highest(chances)
    chance = chances[own, of_label]
    rest = np.where(chances.argmax(axis=1)[own] == of_label, second[own], best[own])
    surest: Doubles = np.maximum(chance * growth, rest) / (1.0 + chance * (growth - 1.0))
    return surest - best[own]


def _two_highest(probabilities: Doubles) -> tuple[Doubles, Doubles]:
    classes = probabilities.shape[1]
    ordered = np.partition(probabilities, classes - 2, axis=1)
    return ordered[:, -1], ordered[:, -2]
