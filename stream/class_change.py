"""Classes -> the classes after one was renamed, merged into another or removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class ClassChange(NamedTuple):
    """Class ``old`` is called ``new`` from now on: merged into the class that is called so already, if any.

    ``new`` of None removes the class. A merged class stands where the first of the two stood, so that named classes
    stay in front of others.

    >>> ClassChange("b", "a").classes(["a", "b", "c"])
    ('a', 'c')
    """

    old: str
    new: str | None

    def classes(self, classes: Sequence[str]) -> tuple[str, ...]:
        """The classes afterwards, in their order. Raises ValueError where ``old`` is none of them."""
        if self.old not in classes:
            raise ValueError(f"{self.old!r} is not a class")
        renamed = (self.label(label) for label in classes)
        return tuple(dict.fromkeys(label for label in renamed if label is not None))

    def rows(self, classes: Sequence[str]) -> list[list[int]]:
        """For each class afterwards the rows that it is made of; first the one that had its name, if any."""
        made_of: dict[str, list[int]] = {label: [] for label in self.classes(classes)}
        for row, label in enumerate(classes):
            after = self.label(label)
            if after is not None:
                made_of[after].insert(0 if label == after else len(made_of[after]), row)
        return list(made_of.values())

    def label(self, label: str) -> str | None:
        """What a class is called afterwards; None where it is no more."""
        return self.new if label == self.old else label

    def counts(self, counts: Mapping[str, int]) -> Counter[str]:
        """Counts by class as they are afterwards; what a class had that is no more stays under its name.

        >>> ClassChange("b", "a").counts({"b": 2, "a": 1})
        Counter({'a': 3})
        """
        changed = Counter[str]()
        for label, count in counts.items():
            changed[self.label(label) or label] += count
        return changed
