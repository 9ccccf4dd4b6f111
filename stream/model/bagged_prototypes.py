"""Embedding -> the mean of what the members of a committee think."""

from __future__ import annotations

from collections.abc import Sequence

from stream.class_change import ClassChange
from stream.model.base import Model, Prediction
from stream.model.committee import Committee
from stream.model.nearest_class_mean import NearestClassMean
from stream.records import ClassNames, Doubles, Floats, Integers, State


class BaggedPrototypes(Model):
    """A committee of nearest class means by online bagging (Oza and Russell 2001); never refitted.

    A named class starts from its name, which counts as one example to every member.
    """

    def __init__(self) -> None:
        self._mean = NearestClassMean()
        self._committee = Committee()

    @property
    def classes(self) -> tuple[str, ...]:
        """The known classes, named ones first, others as they came."""
        return self._mean.classes

    @property
    def label_counts(self) -> Integers:
        """Labels learned per class, (k,)."""
        return self._mean.label_counts

    @property
    def prototypes(self) -> Floats:
        """The classes' mean embeddings, (k, d), scaled to length 1."""
        return self._mean.prototypes

    @property
    def expected(self) -> Doubles:
        """The embeddings of the classes' names, (k, d)."""
        return self._mean.expected

    def name(self, names: ClassNames) -> None:
        """Take each name as an example of its class; classes known from labels follow behind the named ones."""
        self._mean.name(names)
        self._committee.arrange(self.classes, self.expected)

    def predict(self, embeddings: Floats) -> Prediction:
        """Class probabilities of texts (n, d); queries see the same."""
        members = self._committee.predict(embeddings)
        mean: Doubles = sum(members[1:], members[0]) / len(members)
        return Prediction(mean, mean)

    def learn(self, embedding: Floats, label: str, key: str = "") -> None:
        """Move the class's mean, and the members' as often as the key says."""
        self._mean.learn(embedding, label)
        self._committee.learn(embedding, label, key)

    def unlearn(self, embedding: Floats, label: str, key: str = "") -> None:
        """Move the means back; the class stays."""
        self._mean.unlearn(embedding, label)
        self._committee.unlearn(embedding, label, key)

    def change(self, change: ClassChange) -> None:
        """Rename, merge or remove a class; the names of merged classes count as one example each."""
        self._mean.change(change)
        self._committee.change(change, self.expected)

    def reset(self, labels: Sequence[str]) -> None:
        """Begin anew with the names."""
        self._mean.reset(labels)
        self._committee.reset(self.classes, self.expected)

    def save(self) -> State:
        """Classes and names; means come back with the examples."""
        return self._mean.save()

    def restore(self, state: State) -> None:
        """Go on from what `save` returned, with no example learned yet."""
        self._mean.restore(state)
        self._committee.reset(self.classes, self.expected)
