"""Embeddings as they pass -> the last of them, oldest first."""

from __future__ import annotations

import numpy as np

from stream.records import Floats


class Window:
    """The last ``texts`` embeddings of the stream, float32 (w, d); the oldest leave as new ones come."""

    def __init__(self, texts: int = 1000) -> None:
        if texts < 1:
            raise ValueError(f"a window holds at least one text, not {texts}")
        self._texts = texts
        self._buffer: Floats = np.zeros((0, 0), np.float32)
        self._end = 0

    def append(self, embeddings: Floats) -> None:
        """Let embeddings (n, d) pass."""
        rows = embeddings[-self._texts :]
        if self._end + len(rows) > len(self._buffer):
            if not len(self._buffer):
                self._buffer = np.zeros((4 * self._texts, embeddings.shape[1]), np.float32)
            kept = self.last(self._texts)
            self._buffer[: len(kept)] = kept
            self._end = len(kept)
        self._buffer[self._end : self._end + len(rows)] = rows
        self._end += len(rows)

    def last(self, texts: int) -> Floats:
        """The last ``texts`` embeddings, or as many as there are; valid until the next `append`."""
        return self._buffer[max(0, self._end - min(texts, self._texts)) : self._end]

    def __len__(self) -> int:
        return min(self._end, self._texts)
