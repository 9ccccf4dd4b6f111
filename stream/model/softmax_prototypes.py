"""Embedding -> class probabilities: softmax regression plus prototypes, with class names as a prior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from stream import exact
from stream.class_change import ClassChange
from stream.model.base import Evidence, Model, Prediction, RefitJob
from stream.model.class_sums import ClassSums
from stream.model.head import Head
from stream.model.linear_maps import predict, unit_rows
from stream.model.names import NamePrior
from stream.model.penalty_choice import USUAL
from stream.model.prototype_refit import NAME_MASS, ROUNDS_FROM_ZERO, SHARPNESS, PrototypeRefit, prior_logits
from stream.model.unlabelled_choice import LET_IN
from stream.records import ClassNames, Doubles, Entry, Floats, Integers, State

_GROWTH = 0.05
_LABELS_OF_A_YOUNG_MODEL = 2_000
_TEXTS_TO_REFIT_AT = (50, 100, 200, 500, 1_000)


class _Begun(NamedTuple):
    """What there was when the last refit was begun."""

    labels: int
    classes: int
    texts: int
    evicted: int = 0


class SoftmaxPrototypes(Model):
    """One linear map, ``logits = x . (W + s M) + b + log prior``, good with few labels and with many.

    W and b are a softmax regression, refitted now and then. The rows of M are prototypes: the normalised sums of a
    class's examples, of the unlabelled texts that look like it, and of the texts that its name makes one expect; they
    change with every label. The prior is how common the classes are among the labels, and as of the last refit it leans
    to the latest ones: the mix of classes changes in most streams. The query map leaves the unlabelled texts and the
    prior out: with them inside, classes that nobody has labelled look confident.
    """

    def __init__(self) -> None:
        self._sums = ClassSums()
        self._names = NamePrior(np.zeros((0, 0), np.float32))
        self._head = Head.empty()
        self._begun = _Begun(0, 0, 0)
        self._changes: list[ClassChange] = []
        self._expected: Doubles = np.zeros((0, 0))
        self._maps: Floats = np.zeros((2, 0, 0), np.float32)
        self._biases: Floats = np.zeros((2, 0), np.float32)
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
        """The prototypes of the query map, (k, d): examples and what the names make one expect."""
        return unit_rows(self._sums.sums + self._expected[: len(self.classes)]).astype(np.float32)

    @property
    def expected(self) -> Doubles:
        """What the names add to the sums of the examples, (k, d), as far as they are believed."""
        return self._expected.copy()

    @property
    def trust(self) -> float:
        """How far the class names are believed, as of the last refit."""
        return self._head.trust

    def name(self, names: ClassNames) -> None:
        """Take the task's class names as a prior; classes known from labels follow behind them."""
        others = [label for label in self.classes if label not in set(names.names)]
        self._sums.arrange((*names.names, *others), names.embeddings.shape[1])
        self._names = NamePrior.of(names.embeddings)
        self._begun = _Begun(0, len(self.classes), 0)
        head = self._head.arranged(self.classes, names.embeddings.shape[1])
        self._install(replace(head, trust=self._names.first_trust))

    def predict(self, embeddings: Floats) -> Prediction:
        """Class probabilities of texts (n, d)."""
        self._refresh()
        return Prediction(*predict(embeddings, self._maps, self._biases))

    def learn(self, embedding: Floats, label: str, key: str = "") -> None:  # noqa: ARG002  the contract's argument
        """Move the class's prototype; the regression waits for the next refit."""
        known = len(self.classes)
        row = self._sums.add(embedding, label)
        if len(self.classes) > known:
            self._install(self._head.arranged(self.classes, len(embedding)))
        self._stale.add(row)

    def unlearn(self, embedding: Floats, label: str, key: str = "") -> None:  # noqa: ARG002  the contract's argument
        """Move the class's prototype back; the class stays."""
        self._stale.add(self._sums.subtract(embedding, label))

    def change(self, change: ClassChange) -> None:
        """Rename, merge or remove a class; a head that is being refitted is changed likewise when it comes."""
        self._names = self._names.rearranged(change.rows(self.classes))
        self._sums.change(change)
        self._changes.append(change)
        self._begun = self._begun._replace(labels=0, classes=len(self.classes))
        self._install(self._head.changed(change))

    def reset(self, labels: Sequence[str]) -> None:
        """Begin anew with the names; the head stays until the next one is adopted."""
        named, dimension = self.classes[: len(self._names)], self._sums.sums.shape[1]
        self._sums = ClassSums()
        self._sums.arrange(tuple(dict.fromkeys((*named, *labels))), dimension)
        self._changes = []
        self._install(self._head.arranged(self.classes, dimension))

    def refit_due(self, texts_seen: int, evicted: int = 0) -> bool:
        """After 5% more labels, a new class in a young model or, with names, a few early numbers of texts."""
        labels, begun = self._sums.labels, self._begun
        learned, lost = labels + evicted - begun.labels - begun.evicted, begun.labels - labels
        changed = max(learned, lost) >= max(1.0, _GROWTH * begun.labels)
        new_class = len(self.classes) > begun.classes and labels < _LABELS_OF_A_YOUNG_MODEL
        early = len(self._names) > 0 and any(begun.texts < texts <= texts_seen for texts in _TEXTS_TO_REFIT_AT)
        return changed or new_class or early

    def refit(self, evidence: Evidence, texts_seen: int) -> PrototypeRefit:
        """The job that would fit a new head, started from the present one."""
        self._begun = _Begun(self._sums.labels, len(self.classes), texts_seen, evidence.evicted)
        self._changes = []
        head = self._head
        job = PrototypeRefit(self.classes, self._names, head.regression, evidence)
        return replace(job, penalty=head.penalty, let_in=head.let_in)

    def rebuild(self, evidence: Evidence, texts_seen: int) -> RefitJob | None:
        """The job that fits a new head from zero, to convergence: it depends on nothing that was fitted before."""
        job, nothing = self.refit(evidence, texts_seen), Head.empty().arranged(self.classes, self._sums.sums.shape[1])
        if not self.classes:
            self._install(nothing)
            return None
        return replace(job, start=nothing.regression, rounds=ROUNDS_FROM_ZERO, penalty=USUAL, let_in=LET_IN)

    def restore_job(self, entry: Entry) -> RefitJob:
        """The job that its `save` described."""
        return PrototypeRefit.parse(entry)

    def adopt(self, head: Entry) -> None:
        """Install a head. Raises ValueError, and changes nothing, where it is not finite."""
        new = Head.parse(head)
        for change in self._changes:
            new = new.changed(change)
        self._install(new.arranged(self.classes, self._sums.sums.shape[1]))

    def save(self) -> State:
        """Classes, names and head; prototypes come back with the examples."""
        return {
            "model/classes": Entry(
                {
                    "classes": list(self.classes),
                    "begun": list(self._begun),
                    "changes": [list(change) for change in self._changes],
                }
            ),
            "model/names": Entry({}, {"directions": self._names.directions}),
            "model/head": self._head.entry(),
        }

    def restore(self, state: State) -> None:
        """Go on from what `save` returned, with no example learned yet."""
        if not state:
            return
        fields, head = state["model/classes"].fields, Head.parse(state["model/head"])
        self._sums = ClassSums()
        self._sums.arrange(fields["classes"], len(head.mean))
        self._begun = _Begun(*fields["begun"])
        self._changes = [ClassChange(*change) for change in fields.get("changes", [])]
        self._names = NamePrior(state["model/names"].arrays["directions"])
        self._install(head)

    def _install(self, head: Head) -> None:
        self._head = head if len(self._names) else replace(head, trust=0.0)
        self._expected = np.zeros(self._sums.sums.shape)
        self._expected[: len(self._names)] = NAME_MASS * self._head.trust * self._names.prototypes(head.mean)
        classes, dimension = self._sums.sums.shape
        self._maps = np.zeros((dimension, 2, classes), np.float32).transpose(1, 2, 0)  # as BLAS multiplies fastest
        self._stale = set(range(len(self.classes)))

    def _refresh(self) -> None:
        """Both maps' rows of the classes that changed since the last prediction, and all biases."""
        if not self._stale:
            return
        bias, prior = self._head.regression.bias, prior_logits(self._sums.counts.astype(np.float64), self._head.lean)
        self._biases = np.stack([bias + prior, bias]).astype(np.float32)
        rows = sorted(self._stale)
        weights, sums = self._head.regression.weights[rows], self._sums.sums[rows] + self._expected[rows]
        self._maps[0, rows] = exact.weights(weights + SHARPNESS * unit_rows(sums + self._head.unlabelled[rows]))
        self._maps[1, rows] = exact.weights(weights + SHARPNESS * unit_rows(sums))
        self._stale.clear()
