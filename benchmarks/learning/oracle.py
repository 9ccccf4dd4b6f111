"""True labels -> utility: what strategies could do that knew how wrong the model is about each text. Limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from stream.learner import Learner
from stream.records import Doubles, Floats
from stream.strategies.base import View
from stream.strategies.by_novelty import ByNovelty
from stream.strategies.neighbours import density

ORACLES = LABELS, CHANCES = "oracle", "chances_oracle"
"""One knows the labels; the other, what labels to expect of each text."""
_WINDOW, _NEIGHBOURS, _BLOCK = 500, 10, 500
_FOLDS = 5
_INVERSE_PENALTY = 30.0

Wrong = Callable[[View], Doubles]
"""How wrong the model is about each text of a view, (n,) in [0, 1]."""


class Oracle(ByNovelty):
    """What `TypicalMargin` does, with how wrong the model is about a text in place of its margin."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__()
        self._wrong = wrong
        self._useful: Doubles = np.zeros(0)

    def _look(self, view: View) -> None:
        self._useful = self._wrong(view) * np.sqrt(density(view, _WINDOW, _NEIGHBOURS))

    def _utility(self, start: int) -> Doubles:
        return np.clip(self._useful[start:] * np.sqrt(self._nearest.novelty(start)), 0.0, 1.0)


def by_labels(truth: Sequence[str], classes: Callable[[], Sequence[str]], believed: Doubles) -> Wrong:
    """The probability that the model gives to all wrong classes; 1 where it does not know the right one.

    ``truth`` are the labels of the stream; ``classes`` the model's, in the order of its probabilities; ``believed``
    (n,) in [0, 1] weighs each text, as a label that is itself a mistake teaches nothing.
    """
    names, codes = np.unique(np.array(truth), return_inverse=True)
    distance = by_chances(np.eye(len(names))[codes], names.tolist(), classes)
    return lambda view: distance(view) * believed[view.positions]


def by_chances(chances: Doubles, names: Sequence[str], classes: Callable[[], Sequence[str]]) -> Wrong:
    """How far the model's probabilities are from the ``chances`` (n, c) of the classes ``names``: total variation."""

    def wrong(view: View) -> Doubles:
        column_of = {name: column for column, name in enumerate(classes())}
        given = np.zeros((len(view), len(names)))
        for place, name in enumerate(names):
            if name in column_of:
                given[:, place] = view.query_probabilities[:, column_of[name]]
        found: Doubles = np.maximum(chances[view.positions] - given, 0.0).sum(axis=1)
        return found.clip(0.0, 1.0)

    return wrong


def expected(embeddings: Floats, labels: Sequence[str]) -> tuple[Doubles, list[str]]:
    """Of each text (n, d) the chances (n, c) of the c classes, from the labels of others alone; and the classes.

    From a logistic regression on four fifths of the texts, the others in turn. Classes of fewer than five texts have
    no chance.
    """
    codes = np.unique(np.array(labels), return_inverse=True)
    kept = np.bincount(codes[1]) >= _FOLDS
    rows = np.flatnonzero(kept[codes[1]])
    names = [str(name) for name in codes[0][kept]]
    chances = np.zeros((len(labels), len(names)))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    regression = LogisticRegression(C=_INVERSE_PENALTY, max_iter=300)
    chances[rows] = cross_val_predict(
        regression, embeddings[rows], np.array(labels)[rows], cv=folds, method="predict_proba"
    )
    return chances, names


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


def enlightened(learner: Learner, name: str, truth: Sequence[str], embeddings: Floats) -> Learner:
    """The learner, before its first text, with this oracle for a strategy; ``embeddings`` (n, d) of all the stream."""

    def classes() -> Sequence[str]:
        return learner.parts.knowledge.model.classes

    if name == LABELS:
        wrong = by_labels(truth, classes, agreement(embeddings, truth))
    else:
        wrong = by_chances(*expected(embeddings, truth), classes)
    learner.parts = replace(learner.parts, strategy=Oracle(wrong), strategy_name=name)
    return learner
