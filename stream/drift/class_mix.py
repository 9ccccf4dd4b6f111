"""Predicted classes -> how much their shares differ between the last texts and those before them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stream.records import Entry

_STEP_TEXTS = 100
_STEPS = 5


class Mix(NamedTuple):
    """How far the shares differ, 0 to 1; ``end`` is how many texts of the batch it took to tell."""

    end: int
    distance: float


class ClassMix:
    """Every 100 texts, the total variation distance between the classes of the last 500 texts and the 500 before.

    Half the sum of the differences of the shares: the share of texts that would have to change their class.
    """

    def __init__(self) -> None:
        self._steps: deque[Counter[str]] = deque(maxlen=2 * _STEPS)
        self._step: Counter[str] = Counter()

    def update(self, classes: Sequence[str | None]) -> Iterator[Mix]:
        """Take the predicted classes of the next texts; None, before any class is known, is one of its own."""
        start, seen = 0, self._step.total()
        while start < len(classes):
            end = min(len(classes), start + _STEP_TEXTS - seen)
            self._step.update(name or "" for name in classes[start:end])
            seen, start = seen + end - start, end
            if seen == _STEP_TEXTS:
                self._steps.append(self._step)
                self._step, seen = Counter(), 0
                if len(self._steps) == 2 * _STEPS:
                    yield Mix(end, self._distance())

    def _distance(self) -> float:
        steps = list(self._steps)
        before, now = (sum(part, Counter[str]()) for part in (steps[:_STEPS], steps[_STEPS:]))
        return sum(abs(before[name] - now[name]) for name in before | now) / (2 * _STEP_TEXTS * _STEPS)

    def save(self) -> Entry:
        """The counts of the last steps."""
        return Entry({"steps": [dict(step) for step in self._steps], "step": dict(self._step)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._steps.extend(Counter(step) for step in entry.fields["steps"])
        self._step = Counter(entry.fields["step"])
