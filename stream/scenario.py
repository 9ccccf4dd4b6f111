"""A file's labels -> the stream, the texts held back, and what simulated reviewers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeVar

import numpy as np

from stream.keyed import fork, uniform

Row = TypeVar("Row")


class Split(NamedTuple):
    """Rows of the stream and of the held-back texts; from ``changed_at`` on, the ``late`` classes come too."""

    stream: list[int]
    test: list[int]
    late: frozenset[str] = frozenset()
    changed_at: int | None = None


@dataclass(frozen=True)
class Scenario:
    """How the simulation runs: see `sluice backtest --help`.

    ``budget`` as a decimal string or fraction; ``latency`` in texts between request and answer; ``noise`` is the share
    of wrong answers, ``unanswered`` that of requests which nobody ever answers; every (1 / ``test_fraction``)-th text
    is held back; ``limit`` cuts the file first. ``late_classes`` is the share of classes that first come half-way.
    """

    budget: Fraction
    latency: int = 200
    noise: float = 0.0
    test_fraction: float = 0.25
    limit: int | None = None
    shuffle: bool = False
    unanswered: float = 0.0
    late_classes: float = 0.0

    def split(self, texts: int, seed: int) -> tuple[list[int], list[int]]:
        """Rows of the stream and of the held-back texts, whatever their classes."""
        order = np.random.default_rng(seed).permutation(texts) if self.shuffle else np.arange(texts)
        kept = order[: self.limit].tolist()
        every = round(1 / self.test_fraction) if self.test_fraction > 0 else len(kept) + 1
        return [t for i, t in enumerate(kept, 1) if i % every], [t for i, t in enumerate(kept, 1) if i % every == 0]

    def arrange(self, labels: Sequence[str], seed: int) -> Split:
        """The same, where classes come late without the texts that find no place. Raises ValueError."""
        stream, test = self.split(len(labels), seed)
        classes = sorted(set(labels))
        count = round(self.late_classes * len(classes))
        if not count:
            return Split(stream, test)
        order = np.random.default_rng([fork(seed, "late classes")]).permutation(len(classes))
        late = frozenset(classes[place] for place in order[:count])
        known = [row for row in stream if labels[row] not in late]
        new = [row for row in stream if labels[row] in late]
        first, mixed = arrive_late(known, new, longest(len(known), len(new)))
        places = {row: place for place, row in enumerate(stream)}
        return Split(first + sorted(mixed, key=places.__getitem__), test, late, len(first))


def longest(known: int, late: int) -> int:
    """How many texts a stream can have in which late classes make up half of the second half."""
    return min(known * 4 // 3, late * 4)


def arrive_late(known: Sequence[Row], late: Sequence[Row], texts: int) -> tuple[list[Row], list[Row]]:
    """Rows of the first half, all of known classes, and of the second, half of which are of late ones.

    Raises ValueError where there are too few.
    """
    first, new = texts // 2, (texts - texts // 2) // 2
    needed = texts - new
    if not texts or needed > len(known) or new > len(late):
        raise ValueError(f"there are texts enough for {longest(len(known), len(late))}, not for {texts}")
    return list(known[:first]), [*known[first:needed], *late[:new]]


class Reviewers:
    """What is said about a request: the truth, with the scenario's probability any other class, or nothing."""

    def __init__(self, scenario: Scenario, labels: Sequence[str], classes: Sequence[str], seed: int) -> None:
        self._scenario, self._labels, self._classes = scenario, labels, classes
        self._mistakes, self._silence = fork(seed, "mistakes"), fork(seed, "unanswered")

    def say(self, position: int) -> str | None:
        """The answer about the text at this position of the stream; None: there is none."""
        truth = self._labels[position]
        if uniform(self._silence, np.array([position])).item() < self._scenario.unanswered:
            return None
        wrong, which = uniform(self._mistakes, np.array([2 * position, 2 * position + 1]))
        if wrong >= self._scenario.noise or len(self._classes) < 2:
            return truth
        others = [label for label in self._classes if label != truth]
        return others[int(which * len(others))]
