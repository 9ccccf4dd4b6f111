"""Embeddings as they pass -> the last of them, oldest first."""

from __future__ import annotations

from collections import deque

import numpy as np

from stream.records import Floats

_MOST_BATCHES = 32


class Window:
    """The last ``texts`` embeddings of the stream, float32 (w, d); the oldest leave as new ones come.

    Batches are kept as they came, and put together where somebody asks: most often nobody does. Where there are many,
    as of texts that come one by one, they stay together: who asks after each text would else put them together anew.
    """

    def __init__(self, texts: int = 1000) -> None:
        if texts < 1:
            raise ValueError(f"a window holds at least one text, not {texts}")
        self._texts = texts
        self._batches: deque[Floats] = deque()
        self._held = 0

    def append(self, embeddings: Floats) -> None:
        """Let embeddings (n, d) pass, which must not change from then on."""
        self._batches.append(embeddings)
        self._held += len(embeddings)
        while self._held - len(self._batches[0]) >= self._texts:
            self._held -= len(self._batches.popleft())

    def drop(self, embeddings: Floats) -> int:
        """Let all rows leave that equal one of these embeddings (n, d), bit for bit; says how many."""
        kept = self.last(self._texts)
        staying = without(kept, embeddings)
        dropped = len(kept) - len(staying)
        if dropped:
            self._hold(staying)
        return dropped

    def last(self, texts: int) -> Floats:
        """The last ``texts`` embeddings, or as many as there are."""
        if len(self._batches) > _MOST_BATCHES:
            self._hold(np.concatenate(self._batches)[-self._texts :])
        wanted, parts = min(texts, len(self)), list[Floats]()
        for batch in reversed(self._batches):
            if wanted <= 0:
                break
            parts.append(batch[-wanted:])
            wanted -= len(parts[-1])
        return np.concatenate(parts[::-1]) if parts else np.zeros((0, 0), np.float32)

    def _hold(self, embeddings: Floats) -> None:
        """These in one batch, and no others."""
        self._batches, self._held = deque([embeddings] if len(embeddings) else []), len(embeddings)

    def __len__(self) -> int:
        return min(self._held, self._texts)


def without(embeddings: Floats, known: Floats) -> Floats:
    """The rows of (n, d) that equal none of the ``known`` ones (m, d), bit for bit."""
    left_out = {row.tobytes() for row in known}
    return embeddings[[row.tobytes() not in left_out for row in embeddings]] if len(embeddings) else embeddings
