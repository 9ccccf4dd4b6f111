"""Requests -> the embeddings that novelty is measured against: all open ones and the last asked."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import takewhile

import numpy as np

from stream.records import Changes, Entry, Floats, State
from stream.segments import Segments

_PREFIX = "landmark/"
_FIRST_ROWS = 256


class Landmarks:
    """Embeddings of all open requests and of the last ``keep`` asked, in one block of memory without holes.

    A closed request that is no longer among the last asked leaves at the next `trim`: so what a text is compared with
    depends on its place in the stream, and not on how that is cut. Open requests are bounded by the budget.
    """

    def __init__(self, keep: int = 2_000) -> None:
        if keep < 1:
            raise ValueError(f"at least one of the last asked is kept, not {keep}")
        self._keep = keep
        self._buffer: Floats = np.zeros((0, 0), np.float32)
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._open: set[str] = set()
        self._next = 0
        self._segments = Segments(_PREFIX, 64)

    @property
    def embeddings(self) -> Floats:
        """The landmarks, float32 (a, d), in no order; valid until the next `add` or `trim`."""
        return self._buffer[: len(self._ids)]

    def add(self, request_id: str, embedding: Floats) -> None:
        """A request was asked about the text with this embedding, (d,). Raises ValueError for an id that is there."""
        if request_id in self._rows:
            raise ValueError(f"request {request_id} is a landmark already")
        self._place(request_id, self._next, embedding)
        self._segments.add(self._next, request_id)
        self._next += 1
        self._open.add(request_id)

    def close(self, request_id: str) -> None:
        """A request is open no more; one that is not among the landmarks is let pass."""
        self._open.discard(request_id)

    def trim(self) -> None:
        """Let all leave that need not stay."""
        if len(self._ids) <= self._keep:
            return
        oldest = self._next - self._keep
        old = takewhile(lambda numbered: numbered[1] < oldest, self._numbers.items())
        leaving = [request_id for request_id, _ in old if request_id not in self._open]
        for request_id in leaving:
            self._remove(request_id)

    def __len__(self) -> int:
        return len(self._ids)

    def _place(self, request_id: str, number: int, embedding: Floats) -> None:
        row = len(self._ids)
        if row == len(self._buffer):
            grown = np.zeros((max(_FIRST_ROWS, 2 * row), len(embedding)), np.float32)
            grown[:row, : self._buffer.shape[1]] = self._buffer
            self._buffer = grown
        self._buffer[row] = embedding
        self._ids.append(request_id)
        self._rows[request_id] = row
        self._numbers[request_id] = number

    def _remove(self, request_id: str) -> None:
        """The last row takes the place of the one that leaves."""
        row, last = self._rows.pop(request_id), self._ids.pop()
        if last != request_id:
            self._buffer[row] = self._buffer[len(self._ids)]
            self._ids[row] = last
            self._rows[last] = row
        self._segments.remove(self._numbers.pop(request_id), request_id)

    def changes(self) -> Changes:
        """The segments in which landmarks came or left since this was last asked. Who is open, `Pending` knows."""
        return self._segments.changes(self._entry)

    def _entry(self, ids: Sequence[str]) -> Entry:
        embeddings = self._buffer[[self._rows[request_id] for request_id in ids]]
        fields = {"number": [self._numbers[request_id] for request_id in ids], "id": ids}
        return Entry(fields, {"embedding": embeddings.astype(np.float16)})

    def restore(self, state: State, open_requests: Container[str]) -> None:
        """Go on from all entries that `changes` ever returned."""
        for entry in sorted(state.values(), key=lambda entry: int(entry.fields["number"][0])):
            embeddings = entry.arrays["embedding"].astype(np.float32)
            for number, request_id, embedding in zip(
                entry.fields["number"], entry.fields["id"], embeddings, strict=True
            ):
                self._place(request_id, number, embedding)
                if request_id in open_requests:
                    self._open.add(request_id)
                self._next = number + 1
        self._segments.restore((number, request_id) for request_id, number in self._numbers.items())
