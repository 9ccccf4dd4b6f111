"""Requests -> the texts that novelty is measured against: all open ones and the last asked."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream.dense_rows import DenseRows
from stream.records import Changes, Entry, Floats, State
from stream.segments import Segments
from stream.shingles import Sketches, as_rows, from_row, sketch

PREFIX = "landmark/"


class Landmarks:
    """Embeddings of the texts of all open requests and of the last ``keep`` asked; ``sketched`` ones have sketches too.

    A sketch takes as long as deciding about five texts, so they are made for strategies that look at them alone. After
    another strategy the landmarks of before have empty ones.

    A closed request that is no longer among the last asked leaves at the next `trim`: so what a text is compared with
    depends on its place in the stream, and not on how that is cut. Open requests are bounded by the budget.
    """

    def __init__(self, keep: int = 2_000, *, sketched: bool = False) -> None:
        if keep < 1:
            raise ValueError(f"at least one of the last asked is kept, not {keep}")
        self._keep = keep
        self._sketched = sketched
        self._rows = DenseRows()
        self._sketches: dict[str, tuple[int, ...]] = {}
        self._texts: dict[str, str] = {}
        """Texts whose sketches nobody has wanted yet."""
        self._open: set[str] = set()
        self._segments = Segments(PREFIX, 64, "id")

    @property
    def embeddings(self) -> Floats:
        """The landmarks, float32 (a, d), in no order; valid until the next `add` or `trim`."""
        return self._rows.matrix

    @property
    def sketches(self) -> Sketches:
        """Sketches of the same texts in the same order, (a, 64); see `stream.shingles`."""
        return as_rows([self._sketch(request_id) for request_id in self._rows.ids])

    def add(self, request_id: str, embedding: Floats, text: str) -> None:
        """A request was asked about this text with its embedding, (d,). Raises ValueError for an id that is there."""
        if request_id in self._rows:
            raise ValueError(f"request {request_id} is a landmark already")
        self._rows.add(request_id, embedding)
        if self._sketched:
            self._texts[request_id] = text
        self._segments.add(request_id)
        self._open.add(request_id)

    def close(self, request_id: str) -> None:
        """A request is open no more; one that is not among the landmarks is let pass."""
        self._open.discard(request_id)

    def forget(self, request_id: str) -> None:
        """Let a request's text leave at once; one that is not there is let pass."""
        self._open.discard(request_id)
        if request_id in self._rows:
            self._remove(request_id)

    def trim(self) -> None:
        """Let all leave that need not stay."""
        if len(self._rows) <= self._keep:
            return
        oldest = self._segments.next - self._keep
        old = takewhile(lambda numbered: numbered[1] < oldest, self._segments.numbers.items())
        leaving = [request_id for request_id, _ in old if request_id not in self._open]
        for request_id in leaving:
            self._remove(request_id)

    def __len__(self) -> int:
        return len(self._rows)

    def _sketch(self, request_id: str) -> tuple[int, ...]:
        if request_id in self._texts:
            self._sketches[request_id] = sketch(self._texts.pop(request_id))
        return self._sketches.get(request_id, ())

    def _remove(self, request_id: str) -> None:
        self._rows.remove(request_id)
        self._sketches.pop(request_id, None)
        self._texts.pop(request_id, None)
        self._segments.remove(request_id)

    def changes(self) -> Changes:
        """The segments in which landmarks came or left since this was last asked. Who is open, `Pending` knows."""
        return self._segments.changes(self._entry)

    def _entry(self, ids: Sequence[str]) -> Entry:
        arrays: dict[str, NDArray[Any]] = {"embedding": self._rows.of(list(ids)).astype(np.float16)}
        if self._sketched:
            arrays["sketch"] = as_rows([self._sketch(request_id) for request_id in ids])
        return Entry({}, arrays)

    def restore(self, state: State, open_requests: Container[str]) -> None:
        """Go on from all entries that `changes` ever returned."""
        for entry in self._segments.restore(state):
            embeddings, ids = entry.arrays["embedding"].astype(np.float32), entry.fields["id"]
            for request_id, embedding in zip(ids, embeddings, strict=True):
                self._rows.add(request_id, embedding)
                if request_id in open_requests:
                    self._open.add(request_id)
            if self._sketched and "sketch" in entry.arrays:
                self._sketches |= dict(zip(ids, map(from_row, entry.arrays["sketch"]), strict=True))
