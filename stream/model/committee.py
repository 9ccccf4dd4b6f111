"""Keyed examples -> what each of several differently taught members thinks of a text."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, factorial

import numpy as np

from stream import exact
from stream.class_change import ClassChange
from stream.keyed import fork, uniform
from stream.model.class_sums import ClassSums
from stream.model.linear_maps import predict, unit_rows
from stream.records import Doubles, Floats, Integers

_SHARPNESS = 15.0
_CUMULATED = np.cumsum([exp(-1) / factorial(number) for number in range(16)])


class Committee:
    """Online bagging (Oza and Russell 2001): each of c members learns each example Poisson(1) times.

    A member is a softmax over the cosines to its own weighted class means. How often it learns an example is drawn by
    the example's ``key``, so that examples can be taken back exactly and learned again in any order. What the class
    names make one expect is shared by all members; with neither that nor an example, a member knows no place for a
    class and gives it a cosine of 0. Without members nothing is kept.
    """

    def __init__(self, members: int = 5, seed: int = 0) -> None:
        if members < 0:
            raise ValueError(f"a committee has 0 or more members, not {members}")
        self._members = members
        self._seed = fork(seed, "committee")
        self._sums = ClassSums()
        self._expected: Doubles = np.zeros((0, 0))
        self._maps: Floats = np.zeros((members, 0, 0), np.float32)
        self._stale: set[int] = set()

    @property
    def classes(self) -> tuple[str, ...]:
        """The known classes, in the order of the columns of `predict`."""
        return self._sums.classes

    def arrange(self, classes: Sequence[str], expected: Doubles) -> None:
        """Make these the classes, in this order; ``expected`` (k, d) is added to every member's sums."""
        self._sums.arrange(classes, self._members * expected.shape[1])
        self._expected = expected
        self._rearrange()

    def reset(self, classes: Sequence[str], expected: Doubles) -> None:
        """Forget every example; classes and ``expected`` as in `arrange`."""
        self._sums = ClassSums()
        self.arrange(classes, expected)

    def learn(self, embedding: Floats, label: str, key: str) -> None:
        """Teach each member this example (d,) as often as the key says; a new label becomes the last class."""
        known = len(self.classes)
        row = self._sums.add(self._weighted(embedding, key), label)
        if len(self.classes) > known:
            self._expected = np.vstack([self._expected.reshape(-1, len(embedding)), np.zeros(len(embedding))])
            self._rearrange()
        self._stale.add(row)

    def unlearn(self, embedding: Floats, label: str, key: str) -> None:
        """Take an example back exactly; its class stays."""
        self._stale.add(self._sums.subtract(self._weighted(embedding, key), label))

    def change(self, change: ClassChange, expected: Doubles) -> None:
        """Rename, merge or remove a class; ``expected`` as in `arrange`, for the classes afterwards."""
        self._sums.change(change)
        self.arrange(self.classes, expected)

    def predict(self, embeddings: Floats) -> Doubles:
        """What each member thinks of texts (n, d): class probabilities (c, n, k)."""
        if self._stale:
            rows = sorted(self._stale)
            self._maps[:, rows] = self._rows(rows)
            self._stale.clear()
        return predict(embeddings, self._maps, np.zeros(self._maps.shape[:2], np.float32))

    def times(self, key: str) -> Integers:
        """How often each member learns the example of this key, (c,)."""
        drawn = uniform(fork(self._seed, key), np.arange(self._members))
        return np.searchsorted(_CUMULATED, drawn, side="right")

    def _weighted(self, embedding: Floats, key: str) -> Floats:
        weighted: Floats = np.multiply.outer(self.times(key).astype(np.float32), embedding).ravel()
        return weighted

    def _rearrange(self) -> None:
        self._maps = np.zeros((self._members, *self._expected.shape), np.float32)
        self._stale = set(range(len(self.classes)))

    def _rows(self, rows: list[int]) -> Floats:
        expected = self._expected[rows]
        shape = (len(rows), self._members, expected.shape[1])
        sums = self._sums.sums[rows].reshape(shape) + expected[:, None]
        weights = exact.weights(_SHARPNESS * unit_rows(sums.reshape(-1, expected.shape[1])))
        return weights.reshape(shape).swapaxes(0, 1)
