"""Labelled embeddings -> one sum per class, exactly undoable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stream.class_change import ClassChange
from stream.records import Doubles, Floats, Integers

_Number = TypeVar("_Number", np.float32, np.float64, np.int64)


class ClassSums:
    """The known classes with how many labels each has and the sum of its embeddings.

    Embeddings lie on the grid of `stream.exact`, so their float64 sums never round: `subtract` undoes `add` exactly,
    and the order of the examples does not matter. ``sums`` is (k, d), ``counts`` (k,).
    """

    def __init__(self) -> None:
        self.classes: tuple[str, ...] = ()
        self.sums: Doubles = np.zeros((0, 0))
        self.counts: Integers = np.zeros(0, np.int64)
        self._index: dict[str, int] = {}

    def add(self, embedding: Floats, label: str) -> int:
        """Count an example (d,) in; returns its class's index. A label seen for the first time becomes a class."""
        if label not in self._index:
            self.arrange((*self.classes, label), len(embedding))
        row = self._index[label]
        self.sums[row] += embedding
        self.counts[row] += 1
        return row

    def subtract(self, embedding: Floats, label: str) -> int:
        """Take an example back; returns its class's index. Raises ValueError where the class has no example."""
        row = self._index.get(label, -1)
        if row < 0 or self.counts[row] == 0:
            raise ValueError(f"{label!r} has no example that could be taken back")
        self.sums[row] -= embedding
        self.counts[row] -= 1
        return row

    def arrange(self, classes: Sequence[str], dimension: int) -> None:
        """Make these the classes, in this order; every class known so far must be among them."""
        missing = set(self.classes) - set(classes)
        if missing:
            raise ValueError(f"known classes would be lost: {sorted(missing)}")
        sums, counts = np.zeros((len(classes), dimension)), np.zeros(len(classes), np.int64)
        self._index = {label: row for row, label in enumerate(classes)}
        kept = [self._index[label] for label in self.classes]
        if kept:
            sums[kept], counts[kept] = self.sums, self.counts
        self.classes, self.sums, self.counts = tuple(classes), sums, counts

    def change(self, change: ClassChange) -> None:
        """Go on as if the examples had always been labelled so. Raises ValueError where the class is not known."""
        rows = change.rows(self.classes)
        self.classes = change.classes(self.classes)
        self._index = {label: row for row, label in enumerate(self.classes)}
        self.sums, self.counts = added(self.sums, rows), added(self.counts, rows)

    @property
    def labels(self) -> int:
        """Labels learned in all."""
        return int(self.counts.sum())


def added(values: NDArray[_Number], rows: Sequence[Sequence[int]]) -> NDArray[_Number]:
    """For each group of rows their sum: (k, ...) to (len(rows), ...)."""
    sums = np.zeros((len(rows), *values.shape[1:]), values.dtype)
    for row, made_of in enumerate(rows):
        sums[row] = values[made_of].sum(axis=0)
    return sums
