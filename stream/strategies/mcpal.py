"""Class probabilities, label counts and density -> utility: how much accuracy a label is expected to gain."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.class_directions import cosines, directions
from stream.strategies.look_back import TEXTS
from stream.strategies.neighbours import mean_cosine


class McPAL(Strategy):
    """Multi-class probabilistic active learning (Kottke, Krempl, Lang, Teschner and Spiliopoulou, 2016).

    The labels seen near a text, by class, and a Dirichlet prior of 1 make up what is known of its true class
    probabilities. Utility is the accuracy that one or two more labels at this place would gain in the mean over those,
    for each label, times the density there. Departures: they count nearby labels with a kernel, here the class
    probabilities share out the labels of the classes to which the text may belong, each class's times its cosine; and
    density is the mean cosine to the last 500 texts. Both make a text's cost small and bounded.
    """

    def score(self, view: View) -> Doubles:
        """Gains as shares of the greatest, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        nearness = cosines(view.embeddings, directions(view)).clip(0.0)
        labels = (probabilities * view.label_counts * nearness).sum(axis=1, keepdims=True)
        density: Doubles = mean_cosine(view, TEXTS, nothing=1.0).clip(0.0)
        gains: Doubles = performance_gain(probabilities * labels) * density
        return gains


def performance_gain(frequencies: Doubles) -> Doubles:
    """What a label gains at a place with so many labels of each class, (n, k), as a share of the greatest gain.

    The greatest of the gains by one label, and by two for each of them. Nowhere is it above that of a place without
    labels, (k - 1) / (k (k + 1)): by a-th label counts with A in sum and a_1 their greatest, one label gains at most
    (A - a_1) / (A (A + 1)), two at most twice that.

    >>> performance_gain(np.array([[0.0, 0.0], [1.0, 0.5], [9.0, 0.0]])).round(4)
    array([1.    , 0.2857, 0.    ])
    """
    counts = np.sort(frequencies + 1.0, axis=1)
    total, best, others = counts.sum(axis=1), counts[:, -1:], np.ascontiguousarray(counts[:, :-1])
    overtakes = (others + 1.0 - best).clip(0.0)
    one = (others * overtakes).sum(axis=1) / (total * (total + 1.0))

    twice = others * (others + 1.0) * (others + 2.0 - best).clip(0.0)
    lesser = np.cumsum(others, axis=1) - others
    each = 2.0 * others * lesser * overtakes
    two = (twice + each).sum(axis=1) / (total * (total + 1.0) * (total + 2.0))

    classes = counts.shape[1]
    greatest = (classes - 1) / (classes * (classes + 1))
    gains: Doubles = np.maximum(one, two / 2.0) / greatest
    return gains.clip(0.0, 1.0)
