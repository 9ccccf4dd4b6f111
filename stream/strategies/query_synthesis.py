"""Prototypes and what the last texts were confused with -> utility: nearness to the best question one could make up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream import exact
from stream.records import Doubles, Floats, Integers
from stream.strategies.base import Strategy, View
from stream.strategies.class_directions import cosines
from stream.strategies.margin import one_minus_margin

_RENEWED_EVERY = 100
_WINDOW = 400
"""A text may look back 500; at the last renewal, up to 100 texts ago, so many of them had come."""
_QUERIES = 16
_DOUBT_STEPS = 2.0**20
"""Doubts are summed as whole numbers, so that no order of them rounds."""


class _Confusion(NamedTuple):
    """The two likeliest classes of n texts as one number, and how much in doubt each text is, both (n,)."""

    pairs: Integers
    doubts: Integers


class QuerySynthesis(Strategy):
    """Membership queries (Angluin, 1988), answered through the nearest text that passes (Wang et al., 2015).

    A synthetic query is the direction midway between the prototypes of two classes, for each of the 16 pairs between
    which the last 400 texts were most in doubt: they bisect the way between two examples, until they are at the
    boundary. Nobody can answer about a point, so a text stands in for the query that it is nearest to; and as the
    nearest may be far from any boundary, it does so by its own margin. Of several queries the best is one that was not
    served yet: each counts by what its nearest landmark leaves of it, one minus their cosine. Queries are renewed every
    100 texts.
    """

    def __init__(self) -> None:
        self._nearness: Doubles = np.zeros((0, 0))
        self._worth: Doubles = np.zeros((0, 0))
        self._served: Doubles = np.zeros(0)
        self._without: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def score(self, view: View) -> Doubles:
        """Margin, nearness and what is left of the query, multiplied, (n,) in [0, 1]; 1 before there is a query."""
        classes = view.query_probabilities.shape[1]
        segments = (view.positions // _RENEWED_EVERY).astype(np.int64)
        queries, owners = _synthetic(view, segments) if classes >= 2 else (view.embeddings[:0], segments[:0])
        self._nearness = cosines(view.embeddings, queries).clip(0.0)
        own = segments[:, None] == owners
        self._worth = np.where(own, self._nearness * one_minus_margin(view.query_probabilities)[:, None], 0.0)
        self._without = ~own.any(axis=1)
        self._served = np.zeros(len(queries))
        if len(view.asked) and len(queries):
            self._served = cosines(view.asked, queries).max(axis=0).clip(0.0)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: ARG002  `score` kept what is needed
        """The text being asked about serves the queries that it is near to."""
        np.maximum(self._served, self._nearness[row], out=self._served)
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        left = self._worth[start:] * (1.0 - self._served)
        return np.where(self._without[start:], 1.0, left.max(axis=1, initial=0.0))


def _synthetic(view: View, segments: Integers) -> tuple[Floats, Integers]:
    """The queries of every segment of the stream that the view has a part in, (q, d), and each one's segment, (q,)."""
    prototypes, classes = view.prototypes(), view.query_probabilities.shape[1]
    recent = view.recent()
    earlier = len(recent)
    confusion = _confusion(np.concatenate([view.query(recent), view.query_probabilities]))
    first = int(view.positions[0]) - earlier
    found = [np.zeros((0, 2), np.int64)]
    owners = [np.zeros(0, np.int64)]
    for segment in np.unique(segments).tolist():
        end = max(0, segment * _RENEWED_EVERY - first)
        window = slice(max(0, end - _WINDOW), end)
        pairs = _most_confused(confusion.pairs[window], confusion.doubts[window])
        found.append(np.stack([pairs // classes, pairs % classes], axis=1))
        owners.append(np.full(len(pairs), segment, np.int64))
    one, other = np.concatenate(found).T
    return exact.weights(exact.unit(prototypes[one] + prototypes[other])), np.concatenate(owners)


def _confusion(probabilities: Doubles) -> _Confusion:
    classes = probabilities.shape[1]
    two = np.sort(np.argpartition(probabilities, classes - 2, axis=1)[:, -2:], axis=1)
    likely = np.take_along_axis(probabilities, two, axis=1)
    doubts = _DOUBT_STEPS * (1.0 - np.abs(likely[:, 0] - likely[:, 1]))
    return _Confusion(two[:, 0] * classes + two[:, 1], doubts.astype(np.int64))


def _most_confused(pairs: Integers, doubts: Integers) -> Integers:
    """The pairs with the greatest sums of doubts, best first; of equals the first."""
    distinct, which = np.unique(pairs, return_inverse=True)
    sums = np.bincount(which, weights=doubts, minlength=len(distinct))
    chosen: Integers = distinct[np.argsort(-sums, kind="stable")[:_QUERIES]]
    return chosen
