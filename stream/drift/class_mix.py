"""Predicted classes -> how much their shares differ between the last texts and those before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stream.class_change import ClassChange
from stream.records import Entry

_WINDOW_TEXTS = 500


class Mix(NamedTuple):
    """How far the shares differ, 0 to 1; ``end`` is how many texts of the batch it took to tell."""

    end: int
    distance: float


class ClassMix:
    """Every 500 texts, the total variation distance between their classes and those of the 500 before.

    Half the sum of the differences of the shares: the share of texts that would have to change their class.
    """

    def __init__(self) -> None:
        self._before: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    def update(self, classes: Sequence[str]) -> Iterator[Mix]:
        """Take the predicted classes of the next texts."""
        start, seen = 0, self._now.total()
        while start < len(classes):
            end = min(len(classes), start + _WINDOW_TEXTS - seen)
            self._now.update(classes[start:end])
            seen, start = seen + end - start, end
            if seen == _WINDOW_TEXTS:
                if self._before:
                    yield Mix(end, self._distance())
                self._before, self._now, seen = self._now, Counter(), 0

    def change(self, change: ClassChange) -> None:
        """A class is called otherwise now, or is part of another: that is no drift."""
        self._before, self._now = change.counts(self._before), change.counts(self._now)

    def _distance(self) -> float:
        names = self._before.keys() | self._now.keys()
        return sum(abs(self._before[name] - self._now[name]) for name in names) / (2 * _WINDOW_TEXTS)

    def save(self) -> Entry:
        """The counts of both windows."""
        return Entry({"before": dict(self._before), "now": dict(self._now)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._before, self._now = Counter(entry.fields["before"]), Counter(entry.fields["now"])
