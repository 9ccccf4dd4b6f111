"""Embedding -> class probabilities by the cosine to each class's mean: the plain model to compare with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stream import exact
from stream.class_change import ClassChange
from stream.model.base import Model, Prediction
from stream.model.class_sums import ClassSums, added
from stream.model.linear_maps import predict, unit_rows
from stream.records import ClassNames, Doubles, Entry, Floats, Integers, State

_SHARPNESS = 15.0


class NearestClassMean(Model):
    """Softmax over the cosines to the classes' mean embeddings (Mensink et al., 2013); never refitted.

    A named class starts from its name, which counts as one example.
    """

    def __init__(self) -> None:
        self._sums = ClassSums()
        self._names: Doubles = np.zeros((0, 0))
        self._weights: Floats = np.zeros((0, 0), np.float32)
        self._stale: set[int] = set()

    @property
    def classes(self) -> tuple[str, ...]:
        """The known classes, named ones first, others as they came."""
        return self._sums.classes

    @property
    def label_counts(self) -> Integers:
        """Labels learned per class, (k,)."""
        return self._sums.counts.copy()

    @property
    def prototypes(self) -> Floats:
        """The classes' mean embeddings, (k, d), scaled to length 1."""
        return unit_rows(self._sums.sums + self._names).astype(np.float32)

    @property
    def expected(self) -> Doubles:
        """The embeddings of the classes' names, (k, d)."""
        return self._names.copy()

    def name(self, names: ClassNames) -> None:
        """Take each name as an example of its class; classes known from labels follow behind the named ones."""
        others = [label for label in self.classes if label not in set(names.names)]
        self._sums.arrange((*names.names, *others), names.embeddings.shape[1])
        self._names = np.zeros(self._sums.sums.shape)
        self._names[: len(names.names)] = names.embeddings
        self._rearrange()

    def predict(self, embeddings: Floats) -> Prediction:
        """Class probabilities of texts (n, d); queries see the same."""
        if self._stale:
            rows = sorted(self._stale)
            self._weights[rows] = self._rows(rows)
            self._stale.clear()
        (probabilities,) = predict(embeddings, self._weights[None], np.zeros((1, len(self.classes)), np.float32))
        return Prediction(probabilities, probabilities)

    def learn(self, embedding: Floats, label: str, key: str = "") -> None:  # noqa: ARG002  the contract's argument
        """Move the class's mean."""
        known = len(self.classes)
        row = self._sums.add(embedding, label)
        if len(self.classes) > known:
            self._names = np.vstack([self._names.reshape(-1, len(embedding)), np.zeros(len(embedding))])
            self._rearrange()
        self._stale.add(row)

    def unlearn(self, embedding: Floats, label: str, key: str = "") -> None:  # noqa: ARG002  the contract's argument
        """Move the class's mean back; the class stays."""
        self._stale.add(self._sums.subtract(embedding, label))

    def change(self, change: ClassChange) -> None:
        """Rename, merge or remove a class; the names of merged classes count as one example each."""
        self._names = added(self._names, change.rows(self.classes))
        self._sums.change(change)
        self._rearrange()

    def reset(self, labels: Sequence[str]) -> None:
        """Begin anew with the names."""
        named: NDArray[np.bool_] = (self._names != 0).any(axis=1)
        first = [label for label, has in zip(self.classes, named.tolist(), strict=True) if has]
        names = self._names[named]
        self._sums = ClassSums()
        self._sums.arrange(tuple(dict.fromkeys((*first, *labels))), self._names.shape[1])
        self._names = np.zeros(self._sums.sums.shape)
        self._names[: len(names)] = names
        self._rearrange()

    def save(self) -> State:
        """Classes and names; means come back with the examples."""
        return {"model/classes": Entry({"classes": list(self.classes)}, {"names": self._names.astype(np.float32)})}

    def restore(self, state: State) -> None:
        """Go on from what `save` returned, with no example learned yet."""
        if state:
            fields, arrays = state["model/classes"]
            self._names = arrays["names"].astype(np.float64)
            self._sums = ClassSums()
            self._sums.arrange(fields["classes"], self._names.shape[1])
            self._rearrange()

    def _rearrange(self) -> None:
        self._weights = np.zeros(self._sums.sums.shape, np.float32)
        self._stale = set(range(len(self.classes)))

    def _rows(self, rows: list[int]) -> Floats:
        return exact.weights(_SHARPNESS * unit_rows(self._sums.sums[rows] + self._names[rows]))
