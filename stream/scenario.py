"""A file's labels -> the stream, the texts held back, and what simulated reviewers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from operator import itemgetter
from typing import NamedTuple, TypeVar

import numpy as np

from stream.keyed import fork, uniform

Row = TypeVar("Row")
_FINEST = 1_000
"""Of the shares of texts that are held back: a whole number of thousandths, or the like."""


class Split(NamedTuple):
    """Rows of the stream and of the held-back texts; from ``changed_at`` on, the ``late`` classes come too.

    ``rare`` is the class of which the stream was left with few texts.
    """

    stream: list[int]
    test: list[int]
    late: frozenset[str] = frozenset()
    changed_at: int | None = None
    rare: str | None = None


@dataclass(frozen=True)
class Scenario:
    """How the simulation runs: see `sluice backtest --help`.

    ``budget`` as a decimal string or fraction; ``latency`` in texts between request and answer; ``noise`` is the share
    of wrong answers, ``unanswered`` that of requests which nobody ever answers, ``test_fraction`` that of texts held
    back, evenly; ``limit`` cuts the file first. ``late_classes`` is the share of classes that first come half-way, and
    make up half of what comes then; with ``late_known`` the same texts are there in equal shares from the start.
    ``rare_share`` is the share of the stream that one class, any but the most frequent, is thinned to.
    """

    budget: Fraction
    latency: int = 200
    noise: float = 0.0
    test_fraction: float = 0.25
    limit: int | None = None
    shuffle: bool = False
    unanswered: float = 0.0
    late_classes: float = 0.0
    late_known: bool = False
    rare_share: float = 0.0

    @property
    def held_back(self) -> Fraction:
        """The share of texts that is held back, as whoever gave it meant it: a third is a third."""
        return Fraction(self.test_fraction).limit_denominator(_FINEST)

    def split(self, texts: int, seed: int) -> tuple[list[int], list[int]]:
        """Rows of the stream and of the held-back texts, whatever their classes."""
        order = np.random.default_rng(seed).permutation(texts) if self.shuffle else np.arange(texts)
        kept = order[: self.limit].tolist()
        share, stream, test = self.held_back, list[int](), list[int]()
        for place, row in enumerate(kept, 1):
            (test if floor(place * share) > len(test) else stream).append(row)
        return stream, test

    def arrange(self, labels: Sequence[str], seed: int) -> Split:
        """The same, where classes come late or one is rare without the texts that find no place. Raises ValueError."""
        stream, test = self.split(len(labels), seed)
        rare = None
        if self.rare_share:
            rare = self._rare(Counter(labels[row] for row in stream), seed)
            stream = thinned(stream, [row for row in stream if labels[row] == rare], self.rare_share, seed)
        classes = sorted(set(labels))
        count = round(self.late_classes * len(classes))
        if not count:
            return Split(stream, test, rare=rare)
        order = np.random.default_rng([fork(seed, "late classes")]).permutation(len(classes))
        late = frozenset(classes[place] for place in order[:count])
        known = [row for row in stream if labels[row] not in late]
        new = [row for row in stream if labels[row] in late]
        first, second, coming = arrive_late(known, new, longest(len(known), len(new)))
        if self.late_known:
            return Split(in_step(first + second, coming), test, frozenset(), len(first), rare)
        return Split(first + in_step(second, coming), test, late, len(first), rare)

    def _rare(self, counts: Counter[str], seed: int) -> str:
        """The class to thin: drawn from all that are more frequent than it is to be, but the most frequent."""
        texts, most = counts.total(), max(counts, key=counts.__getitem__, default="")
        usable = [name for name in sorted(counts) if name != most and counts[name] > self.rare_share * texts]
        if not usable:
            raise ValueError(f"no class but the most frequent has more than {self.rare_share:.1%} of the texts")
        return usable[np.random.default_rng([fork(seed, "rare class")]).integers(len(usable))]


def thinned(stream: Sequence[int], rare: Sequence[int], share: float, seed: int) -> list[int]:
    """The stream with as many of its ``rare`` rows, drawn at random, as make up this share of what is left."""
    count = round(share / (1 - share) * (len(stream) - len(rare)))
    kept = np.random.default_rng([fork(seed, "rare texts")]).permutation(rare)[:count]
    dropped = set(rare) - set(kept.tolist())
    return [row for row in stream if row not in dropped]


def longest(known: int, late: int) -> int:
    """How many texts a stream can have in which late classes make up half of the second half."""
    return min(known * 4 // 3, late * 4)


def arrive_late(known: Sequence[Row], late: Sequence[Row], texts: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of the first half, all of known classes, and those of the second: of known ones, and as many of late ones.

    Raises ValueError where there are too few.
    """
    first, new = texts // 2, (texts - texts // 2) // 2
    needed = texts - new
    if not known or not late:
        raise ValueError("no text is of a late class" if known else "all texts are of late classes")
    if not texts or needed > len(known) or new > len(late):
        raise ValueError(f"there are texts enough for {longest(len(known), len(late))}, not for {texts}")
    return list(known[:first]), list(known[first:needed]), list(late[:new])


def in_step(one: Sequence[Row], other: Sequence[Row]) -> list[Row]:
    """All rows, each kind in its order, so that every stretch has as much of each as the whole.

    >>> in_step("aaaa", "bb")
    ['a', 'b', 'a', 'a', 'b', 'a']
    """
    places = [((place + 0.5) / len(rows), row) for rows in (one, other) for place, row in enumerate(rows)]
    return [row for _, row in sorted(places, key=itemgetter(0))]


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
