"""Embeddings -> how far the last texts lie from the reference ones, and how well the two can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream import exact
from stream.records import Changes, Doubles, Entry, Floats, State

_REFERENCE_TEXTS = 500
_SAMPLE_EVERY = 2
_WINDOW_TEXTS = 24
_KEPT_OF_DIRECTION = 0.9
_KEY, _SAMPLE = "drift/shift", "drift/reference"


class Shift(NamedTuple):
    """A window against the reference, both from 0 to 1; ``end`` is how many texts of the batch it took to complete it.

    ``distance`` is that of the means, freed of what chance alone makes of it, in units of the reference's spread, plus
    the relative change of that spread. ``separation`` is 2 AUC - 1 of a classifier that was fitted on earlier windows.
    """

    end: int
    distance: float
    separation: float


class _Judge(NamedTuple):
    """A direction, rounded so that dot products are exact, and where the reference's sample lies along it, rising."""

    direction: Floats
    known: Floats

    @staticmethod
    def of(direction: Doubles, sample: Floats) -> _Judge:
        rounded = exact.weights(direction)
        known: Floats = sample @ rounded
        known.sort()
        return _Judge(rounded, known)

    def ranks(self, rows: Floats) -> int:
        """Twice the number of pairs of a row and a text of the sample of which the row lies farther; a tie is half."""
        projected = rows @ self.direction
        below, up_to = self.known.searchsorted(projected, "left"), self.known.searchsorted(projected, "right")
        return int(np.add.reduce(below + up_to))


_NOBODY = _Judge(np.zeros(0, np.float32), np.zeros(0, np.float32))


class EmbeddingShift:
    """Compares each window of 24 texts with the 500 texts that the reference was made of.

    The distance is an estimate of that of two means, squared and less what their texts' scatter adds to it (Gretton et
    al. 2012, "A kernel two-sample test", with the linear kernel; unbiased but for 1/24 of what is taken off). The
    classifier is a two-sample test (Lopez-Paz, Oquab 2017): its direction leads from the reference's mean to that of
    the windows before, the older the fainter; so no new text is judged by a direction that it had a part in. Embeddings
    are unit vectors, so that a spread is 1 - |mean|^2; their sums are exact (see `stream.exact`), so that how the
    stream is cut makes no difference.
    """

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Make the reference of the next texts."""
        self._reference: Doubles = np.zeros(0)
        self._texts = 0
        self._sample: Floats = np.zeros((0, 0), np.float32)
        self._window: Doubles = np.zeros(0)
        self._in_window = 0
        self._unread: list[Floats] = []
        """Rows of this window that are not in its sum yet."""
        self._direction: Doubles = np.zeros(0)
        self._ranks = 0
        self._judge = _NOBODY
        self._unsaved = True

    def update(self, embeddings: Floats) -> Iterator[Shift]:
        """Take the next texts (n, d); whoever takes the shifts may renew between two of them."""
        start = 0
        while start < len(embeddings):
            if self._texts < _REFERENCE_TEXTS:
                start += self._refer(embeddings[start:])
                continue
            rows = embeddings[start : start + _WINDOW_TEXTS - self._in_window]
            self._unread.append(rows)
            self._in_window += len(rows)
            start += len(rows)
            if self._in_window == _WINDOW_TEXTS:
                self._compare()
                yield self._shift(start)

    def _refer(self, embeddings: Floats) -> int:
        rows = embeddings[: _REFERENCE_TEXTS - self._texts]
        if not self._texts:
            self._reference, self._window, self._direction = (np.zeros(rows.shape[1]) for _ in range(3))
            self._sample = np.zeros((0, rows.shape[1]), np.float32)
        self._reference = self._reference + rows.sum(axis=0)
        self._sample = np.concatenate([self._sample, rows[-self._texts % _SAMPLE_EVERY :: _SAMPLE_EVERY]])
        self._texts += len(rows)
        self._unsaved = True
        return len(rows)

    def _compare(self) -> None:
        if not self._unread:
            return
        rows, self._unread = np.concatenate(self._unread), []
        self._window = self._window + np.add.reduce(rows)
        if self._direction.any():
            if not len(self._judge.known):
                self._judge = _Judge.of(self._direction, self._sample)
            self._ranks += self._judge.ranks(rows)

    def _shift(self, end: int) -> Shift:
        reference, mean = self._reference / _REFERENCE_TEXTS, self._window / _WINDOW_TEXTS
        spread, now, difference = _spread(reference), _spread(mean), mean - reference
        noise = spread / _REFERENCE_TEXTS + now / _WINDOW_TEXTS
        squared = _squared_norm(difference) - noise
        distance = sqrt(max(0.0, squared) / spread) + abs(now - spread) / spread if spread else float(difference.any())
        auc = self._ranks / (2 * len(self._sample) * _WINDOW_TEXTS) if self._direction.any() else 0.5
        self._direction = _KEPT_OF_DIRECTION * self._direction + difference
        self._window, self._in_window, self._ranks = np.zeros(len(mean)), 0, 0
        self._judge = _NOBODY
        return Shift(end, min(1.0, distance), max(0.0, 2 * auc - 1))

    def changes(self) -> Changes:
        """The sums, and the reference's sample where it changed since this was last asked."""
        self._compare()
        fields = {"texts": self._texts, "in_window": self._in_window, "ranks": self._ranks}
        arrays: dict[str, NDArray[Any]] = {
            "reference": self._reference,
            "window": self._window,
            "direction": self._direction,
        }
        changes: Changes = {_KEY: Entry(fields, arrays)}
        if self._unsaved:
            changes[_SAMPLE] = Entry({}, {"sample": self._sample.astype(np.float16)})
            self._unsaved = False
        return changes

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        if _KEY not in state:
            return
        fields, arrays = state[_KEY]
        self._texts, self._in_window, self._ranks = fields["texts"], fields["in_window"], fields["ranks"]
        self._reference, self._window, self._direction = (
            arrays[name].copy() for name in ("reference", "window", "direction")
        )
        self._sample = state[_SAMPLE].arrays["sample"].astype(np.float32)
        self._unsaved = False


def _spread(mean: Doubles) -> float:
    return max(0.0, 1.0 - _squared_norm(mean))


def _squared_norm(vector: Doubles) -> float:
    return float(np.add.reduce(vector * vector))
