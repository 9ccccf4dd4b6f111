"""Embeddings -> how far the last texts lie from the reference ones, and how well the two can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from math import erf, sqrt
from typing import NamedTuple

import numpy as np

from stream.records import Changes, Entry, Floats, State

_REFERENCE_TEXTS = 1_000
_SAMPLE_EVERY = 7
"""A number that few streams have as the period in which their sources take turns."""
_WINDOW_TEXTS = 32
_KEPT_OF_DIRECTION = 0.8
_AXES = 16
_DIMENSIONS_PER_AXIS = 8
"""Of embeddings of few dimensions, fewer axes are evened: those left have to tell what scatter is usual."""
_ROUNDING_VARIANCE = 2.0**-22 / 12
"""Of each number of an embedding (see `stream.exact`): texts scatter by at least as much."""
_KEY, _REFERENCE = "drift/shift", "drift/reference"


class Shift(NamedTuple):
    """A window against the reference, both from 0 to 1; ``end`` is how many texts of the batch it took to complete it.

    ``distance`` is that of the means, freed of what chance alone makes of it, in units of the reference's spread, plus
    the relative change of that spread. ``separation`` is 2 AUC - 1 of a classifier that was fitted on earlier windows.
    """

    end: int
    distance: float
    separation: float


class _Reference(NamedTuple):
    """What windows are compared with: the mean of its texts, their spread, and along what they scatter.

    Most along ``axes`` (k, d), along all else by the deviation ``rest``. Each axis has the length that makes `evened`
    shrink it as much as texts scatter more along it. Nowhere less than one text more in a direction of its own would
    make of it: where a few texts come again and again, any other would else lie thousands of deviations off.
    """

    mean: Floats
    spread: float
    axes: Floats
    rest: float

    @staticmethod
    def of(mean: Floats, sample: Floats) -> _Reference:
        centred = sample - sample.mean(axis=0, dtype=np.float64)
        values, vectors = np.linalg.eigh(centred @ centred.T)  # as many as texts, which are fewer than dimensions
        variances = values[::-1] / len(sample)
        one_text_more = variances.sum() / len(sample)
        variances = np.maximum(variances, max(one_text_more, _ROUNDING_VARIANCE))
        count = min(_AXES, sample.shape[1] // _DIMENSIONS_PER_AXIS)
        shrunk = 1 - np.sqrt(variances[count] / variances[:count])
        scales = np.sqrt(shrunk / (variances[:count] * len(sample)))
        axes = (scales[:, None] * (vectors[:, ::-1][:, :count].T @ centred)).astype(np.float32)
        return _Reference(mean, _spread(mean), axes, sqrt(variances[count]))

    def evened(self, difference: Floats) -> Floats:
        """In units of the usual scatter, which is the same in all directions then."""
        along: Floats = self.axes @ difference
        evened: Floats = difference - along @ self.axes
        evened /= self.rest
        return evened


class EmbeddingShift:
    """Compares each window of 32 texts with the 1,000 texts that the reference was made of.

    The distance is an estimate of that of two means, squared and less what their texts' scatter adds to it (Gretton et
    al. 2012, "A kernel two-sample test", with the linear kernel; unbiased but for 1/32 of what is taken off). The
    classifier is a two-sample test (Lopez-Paz, Oquab 2017) by Fisher's linear discriminant (1936): its direction leads
    from the reference's mean to that of the windows before, the older the fainter; so no new text is judged by a
    direction that it had a part in. Its AUC is that of two normal distributions whose means are as far apart.
    Embeddings are unit vectors, so that a spread is 1 - |mean|^2; their sums are exact (see `stream.exact`), so that
    how the stream is cut makes no difference.
    """

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Make the reference of the next texts."""
        self._reference: _Reference | None = None
        self._texts = 0
        self._sum: Floats = np.zeros(0, np.float32)
        """Of the texts of the window, or of the reference while it is being made."""
        self._sample: Floats = np.zeros((0, 0), np.float32)
        self._direction: Floats = np.zeros(0, np.float32)
        self._unsaved = True

    def update(self, embeddings: Floats) -> Iterator[Shift]:
        """Take the next texts (n, d); whoever takes the shifts may renew between two of them."""
        start = 0
        while start < len(embeddings):
            wanted = _REFERENCE_TEXTS if self._reference is None else _WINDOW_TEXTS
            rows = embeddings[start : start + wanted - self._texts]
            start += len(rows)
            if self._reference is None:
                self._sampled(rows)
            total: Floats = np.add.reduce(rows)
            self._sum = self._sum + total if self._texts else total
            self._texts += len(rows)
            if self._texts == wanted:
                mean, self._texts = self._sum / np.float32(wanted), 0
                if self._reference is None:
                    self._reference, self._direction = _Reference.of(mean, self._sample), np.zeros_like(mean)
                else:
                    yield self._shift(self._reference, mean, start)

    def _sampled(self, rows: Floats) -> None:
        if not self._texts:
            self._sample = np.zeros((0, rows.shape[1]), np.float32)
        self._sample = np.concatenate([self._sample, rows[-self._texts % _SAMPLE_EVERY :: _SAMPLE_EVERY]])
        self._unsaved = True

    def _shift(self, reference: _Reference, mean: Floats, end: int) -> Shift:
        spread, now, difference = reference.spread, _spread(mean), mean - reference.mean
        noise = spread / _REFERENCE_TEXTS + now / _WINDOW_TEXTS
        squared = float(difference @ difference) - noise
        distance = sqrt(max(0.0, squared) / spread) + abs(now - spread) / spread if spread else float(difference.any())
        evened, length = reference.evened(difference), sqrt(self._direction @ self._direction)
        apart = float(evened @ self._direction) / length if length else 0.0
        self._direction = np.float32(_KEPT_OF_DIRECTION) * self._direction + evened
        return Shift(end, min(1.0, distance), max(0.0, erf(apart / 2)))

    def changes(self) -> Changes:
        """The sums, and the reference, or what it will be made of, where that changed since this was last asked."""
        changes: Changes = {_KEY: Entry({"texts": self._texts}, {"sum": self._sum, "direction": self._direction})}
        if self._unsaved:
            changes[_REFERENCE] = self._saved_reference()
            self._unsaved = False
        return changes

    def _saved_reference(self) -> Entry:
        if self._reference is None:
            return Entry({}, {"sample": self._sample.astype(np.float16)})
        mean, _, axes, rest = self._reference
        return Entry({"rest": rest}, {"mean": mean, "axes": axes})

    def restore(self, state: State) -> bool:
        """Go on from all entries that `changes` ever returned; False where they are of an older kind, or none."""
        if _KEY not in state or "sum" not in state[_KEY].arrays:
            return False
        fields, arrays = state[_KEY]
        self._texts, self._sum, self._direction = fields["texts"], arrays["sum"].copy(), arrays["direction"].copy()
        fields, arrays = state[_REFERENCE]
        if "rest" in fields:
            mean = arrays["mean"].copy()
            self._reference = _Reference(mean, _spread(mean), arrays["axes"].copy(), fields["rest"])
        else:
            self._sample = arrays["sample"].astype(np.float32)
        self._unsaved = False
        return True


def _spread(mean: Floats) -> float:
    return max(0.0, 1.0 - float(mean @ mean))
