"""Vectors that come and go by id -> one matrix without holes."""

from __future__ import annotations

import numpy as np

from stream.records import Floats

_FIRST_ROWS = 256


class DenseRows:
    """Vectors (d,) under their ids, as rows of one block of memory, in no order."""

    def __init__(self) -> None:
        self._buffer: Floats = np.zeros((0, 0), np.float32)
        self._rows: dict[str, int] = {}
        self.ids: list[str] = []
        """Whose vector each row is."""

    @property
    def matrix(self) -> Floats:
        """All vectors, float32 (a, d); valid until the next `add` or `remove`."""
        return self._buffer[: len(self.ids)]

    def add(self, key: str, vector: Floats) -> None:
        """Take a vector under an id that is not there."""
        row = len(self.ids)
        if row == len(self._buffer):
            grown = np.zeros((max(_FIRST_ROWS, 2 * row), len(vector)), np.float32)
            grown[:row, : self._buffer.shape[1]] = self._buffer
            self._buffer = grown
        self._buffer[row] = vector
        self.ids.append(key)
        self._rows[key] = row

    def remove(self, key: str) -> None:
        """The last row takes the place of the one that leaves."""
        row, last = self._rows.pop(key), self.ids.pop()
        if last != key:
            self._buffer[row] = self._buffer[len(self.ids)]
            self.ids[row] = last
            self._rows[last] = row

    def of(self, keys: list[str]) -> Floats:
        """The vectors under these ids, (n, d), as a copy."""
        return self._buffer[[self._rows[key] for key in keys]]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self.ids)
