"""Embedding -> class probabilities, labels -> better model: the contract of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from stream.class_change import ClassChange
from stream.records import ClassNames, Doubles, Entry, Floats, Integers, State


class Prediction(NamedTuple):
    """Class probabilities of n texts, (n, k) each, rows summing to 1 (k = 0 before any class is known).

    ``query`` comes from the map that query strategies should look at: without what would make classes that nobody has
    labelled look confident.
    """

    probabilities: Doubles
    query: Doubles


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a refit may look at: n examples, in the order in which they came, and the last w texts of the stream.

    ``embeddings`` (n, d), ``classes`` (n,) as indices into the model's classes, ``weights`` (n,) positive,
    ``window`` (w, d). ``noisy`` says that labels may well be wrong: a refit should then believe its examples as far as
    they agree. ``evicted`` more examples were learned once and had to leave for others.
    """

    embeddings: Floats
    classes: Integers
    weights: Doubles
    window: Floats
    noisy: bool = False
    evicted: int = 0

    def of(self, rows: Integers) -> Evidence:
        """The same without all other examples than these."""
        return replace(self, embeddings=self.embeddings[rows], classes=self.classes[rows], weights=self.weights[rows])

    def wide(self, dimension: int) -> Evidence:
        """The same, also where no example and no text says of how many dimensions they would be."""
        return replace(self, embeddings=self.embeddings.reshape(-1, dimension)) if not len(self.classes) else self


class RefitJob(Protocol):
    """A refit as a value: `run` is pure, so it may happen anywhere and, after a crash, once more."""

    @property
    def size(self) -> int:
        """Examples x classes: processes run small jobs at once and large ones in a thread."""

    def run(self) -> Entry:
        """The new head, for `Model.adopt`."""

    def save(self) -> Entry:
        """The job as state; `Model.restore_job` makes it again."""


class Model(ABC):
    """Predicts a class for each text and improves with each label; its classes appear as they come."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """The known classes, in the order of the columns of `predict`; named ones first."""

    @property
    @abstractmethod
    def label_counts(self) -> Integers:
        """Labels learned per class, (k,)."""

    @property
    @abstractmethod
    def prototypes(self) -> Floats:
        """Where each class lies among the embeddings, (k, d): unit rows, zero where nothing is known of the class."""

    @property
    def expected(self) -> Doubles:
        """What the class names alone add to the sum of each class's embeddings, (k, d); zero without names."""
        return np.zeros(self.prototypes.shape)

    @property
    def trust(self) -> float:
        """How far the class names are believed, 0 to 1; 0 without names."""
        return 0.0

    @abstractmethod
    def name(self, names: ClassNames) -> None:
        """Take the task's class names as a prior; the classes exist from then on."""

    @abstractmethod
    def predict(self, embeddings: Floats) -> Prediction:
        """Class probabilities of texts (n, d); a row's bits do not depend on the rows beside it."""

    @abstractmethod
    def learn(self, embedding: Floats, label: str, key: str = "") -> None:
        """Take one example (d,), at once; a label seen for the first time becomes a class.

        ``key`` tells examples apart where a model treats each in a way of its own; most models need none.
        """

    @abstractmethod
    def unlearn(self, embedding: Floats, label: str, key: str = "") -> None:
        """Take one example back exactly: as if it had never been learned, but for the last refit."""

    def relabel(self, embedding: Floats, old: str, new: str, key: str = "") -> None:
        """Go on as if an example had been learned with another label, in its place, but for the last refit."""
        self.unlearn(embedding, old, key)
        self.learn(embedding, new, key)

    @abstractmethod
    def change(self, change: ClassChange) -> None:
        """Rename, merge or remove a class, with the examples learned of it, as if it had always been so.

        What was refitted stays as it is, class by class, until the next refit, which is due soon. Raises ValueError
        where the class is not known.
        """

    @abstractmethod
    def reset(self, labels: Sequence[str]) -> None:
        """Forget every example, and each class that neither has a name nor is one of ``labels``, in their order.

        The kept examples are then learned again. What was refitted stays, for the classes that do.
        """

    def refit_due(self, texts_seen: int, evicted: int = 0) -> bool:  # noqa: ARG002  the contract's arguments
        """Has enough come since the last job to be worth another? Asked after each label and each text.

        Where the memory is full each example that comes lets one leave: ``evicted`` counts these over all time.
        Never, in a model that is not refitted; it is then asked for no job, and given no head.
        """
        return False

    def refit(self, evidence: Evidence, texts_seen: int) -> RefitJob:
        """The job that would make a better head from this evidence; marks it as begun."""
        raise NotImplementedError

    def rebuild(self, evidence: Evidence, texts_seen: int) -> RefitJob | None:  # noqa: ARG002  the contract's argument
        """The job that fits a head to this evidence from zero, to convergence; None in a model that is not refitted."""
        return None

    def restore_job(self, entry: Entry) -> RefitJob:
        """The job that `RefitJob.save` described."""
        raise NotImplementedError

    def adopt(self, head: Entry) -> None:
        """Install what a job's `run` returned; classes that appeared since keep their prototypes.

        Raises ValueError, leaving the model as it was, where the head is not finite.
        """
        raise NotImplementedError

    @abstractmethod
    def save(self) -> State:
        """All but what `learn` rebuilds from the examples, under keys below ``model/``: others are not kept."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Go on from what `save` returned; the kept examples are then learned again, as they came."""
