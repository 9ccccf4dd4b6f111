"""True labels -> utility: what a strategy could do that knew how wrong the model is about each text. A limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from stream.learner import Learner
from stream.records import Doubles, Floats
from stream.strategies.base import View
from stream.strategies.by_novelty import ByNovelty
from stream.strategies.neighbours import density

NAME = "oracle"
_WINDOW, _NEIGHBOURS, _BLOCK = 500, 10, 500


class Oracle(ByNovelty):
    """What `TypicalMargin` does, with the probability that the model gives to all wrong classes in place of its margin.

    ``truth`` are the labels of the stream; ``classes`` the model's, in the order of its probabilities; ``believed``
    (n,) in [0, 1] weighs each text, as a label that is itself a mistake teaches nothing. A text of a class that the
    model does not know is as wrong as can be.
    """

    def __init__(self, truth: Sequence[str], classes: Callable[[], Sequence[str]], believed: Doubles) -> None:
        super().__init__()
        self._truth, self._classes, self._believed = truth, classes, believed
        self._useful: Doubles = np.zeros(0)

    def _look(self, view: View) -> None:
        column_of = {name: column for column, name in enumerate(self._classes())}
        columns = [column_of.get(self._truth[position]) for position in view.positions.tolist()]
        right = [0.0 if at is None else view.query_probabilities[row, at] for row, at in enumerate(columns)]
        wrong = (1.0 - np.array(right)) * self._believed[view.positions]
        self._useful = wrong * np.sqrt(density(view, _WINDOW, _NEIGHBOURS))

    def _utility(self, start: int) -> Doubles:
        return np.clip(self._useful[start:] * np.sqrt(self._nearest.novelty(start)), 0.0, 1.0)


def agreement(embeddings: Floats, labels: Sequence[str]) -> Doubles:
    """The share of each text's ten nearest other texts (n, d) that have its label, (n,)."""
    codes = np.unique(np.array(labels), return_inverse=True)[1]
    shares = np.empty(len(codes))
    for start in range(0, len(codes), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(codes)))
        cosines = embeddings[rows] @ embeddings.T
        cosines[np.arange(len(rows)), rows] = -np.inf
        nearest = np.argpartition(-cosines, min(_NEIGHBOURS, len(codes) - 1), axis=1)[:, :_NEIGHBOURS]
        shares[rows] = (codes[nearest] == codes[rows, None]).mean(axis=1)
    return shares


def enlightened(learner: Learner, truth: Sequence[str], embeddings: Floats) -> Learner:
    """The learner, before its first text, with the oracle for a strategy; ``embeddings`` (n, d) of the whole stream."""
    believed = agreement(embeddings, truth)
    strategy = Oracle(truth, lambda: learner.parts.knowledge.model.classes, believed)
    learner.parts = replace(learner.parts, strategy=strategy, strategy_name=NAME)
    return learner
