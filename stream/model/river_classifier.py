"""Embedding -> class probabilities of any classifier of river, which learns one example after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, inf
from typing import Any

import numpy as np
from river.base import Classifier

from stream.class_change import ClassChange
from stream.model.base import Model, Prediction
from stream.model.class_sums import ClassSums
from stream.model.linear_maps import unit_rows
from stream.records import ClassNames, Doubles, Entry, Floats, Integers, State


@dataclass(frozen=True, slots=True)
class _Taught:
    key: str
    embedding: Floats
    label: str


class RiverClassifier(Model):
    """A classifier of river, at each prediction as if it had learned the kept examples once, in their order.

    It learns an example at once. It can neither forget one nor be saved as arrays, so after an example was taken back
    or relabelled, or a class changed, a new classifier learns all kept examples again before the next prediction: with
    a full memory of examples that is once for every label. The names of classes make them known and say no more.
    """

    def __init__(self, make: Callable[[], Classifier]) -> None:
        self._make = make
        self._classifier: Any = make()
        self._sums = ClassSums()
        self._taught: list[_Taught] = []
        self._stale = False
        self._named: tuple[str, ...] = ()

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
        return unit_rows(self._sums.sums).astype(np.float32)

    def name(self, names: ClassNames) -> None:
        """Know these classes; those known from labels follow behind them."""
        others = [label for label in self.classes if label not in set(names.names)]
        self._sums.arrange((*names.names, *others), names.embeddings.shape[1])
        self._named = names.names

    def predict(self, embeddings: Floats) -> Prediction:
        """Class probabilities of texts (n, d), one after the other; queries see the same."""
        if self._stale:
            self._learn_again()
        probabilities: Doubles = np.zeros((len(embeddings), len(self.classes)))
        for row, embedding in enumerate(embeddings):
            probabilities[row] = self._shares(self._classifier.predict_proba_one(_features(embedding)))
        return Prediction(probabilities, probabilities)

    def learn(self, embedding: Floats, label: str, key: str = "") -> None:
        """Take one example, at once."""
        self._sums.add(embedding, label)
        self._taught.append(_Taught(key, embedding, label))
        if not self._stale:
            self._classifier.learn_one(_features(embedding), label)

    def unlearn(self, embedding: Floats, label: str, key: str = "") -> None:
        """Take one example back: the others are learned again before the next prediction."""
        del self._taught[self._place(embedding, label, key)]
        self._sums.subtract(embedding, label)
        self._stale = True

    def relabel(self, embedding: Floats, old: str, new: str, key: str = "") -> None:
        """Give an example another label, in its place: all are learned again before the next prediction."""
        place = self._place(embedding, old, key)
        self._taught[place] = replace(self._taught[place], label=new)
        self._sums.subtract(embedding, old)
        self._sums.add(embedding, new)
        self._stale = True

    def change(self, change: ClassChange) -> None:
        """Rename, merge or remove a class: all examples are learned again before the next prediction."""
        self._sums.change(change)
        if change.old in self._named:
            self._named = change.classes(self._named)
        labelled = [(taught, change.label(taught.label)) for taught in self._taught]
        self._taught = [replace(taught, label=label) for taught, label in labelled if label is not None]
        self._stale = True

    def reset(self, labels: Sequence[str]) -> None:
        """Begin anew with the named classes."""
        dimension = self._sums.sums.shape[1]
        self._sums = ClassSums()
        self._sums.arrange(tuple(dict.fromkeys((*self._named, *labels))), dimension)
        self._taught, self._stale = [], True

    def save(self) -> State:
        """The classes; the classifier comes back with the examples."""
        classes = {"classes": list(self.classes), "named": list(self._named)}
        return {"model/classes": Entry({**classes, "dimension": self._sums.sums.shape[1]})}

    def restore(self, state: State) -> None:
        """Go on from what `save` returned, with no example learned yet."""
        if state:
            fields = state["model/classes"].fields
            self._sums = ClassSums()
            self._sums.arrange(fields["classes"], fields["dimension"])
            self._named = tuple(fields.get("named", ()))
            self._taught, self._stale = [], True

    def _shares(self, said: Mapping[Any, float]) -> list[float]:
        """All classes alike where river says nothing of any."""
        shares = [said.get(label, 0.0) for label in self.classes]
        total = fsum(shares)
        return [share / total for share in shares] if 0 < total < inf else [1 / max(1, len(shares))] * len(shares)

    def _place(self, embedding: Floats, label: str, key: str) -> int:
        for place, taught in enumerate(self._taught):
            if (taught.key, taught.label) == (key, label) and np.array_equal(taught.embedding, embedding):
                return place
        raise ValueError(f"{label!r} has no such example that could be taken back")

    def _learn_again(self) -> None:
        self._classifier, self._stale = self._make(), False
        for taught in self._taught:
            self._classifier.learn_one(_features(taught.embedding), taught.label)


def _features(embedding: Floats) -> dict[int, float]:
    return dict(enumerate(embedding.tolist()))
