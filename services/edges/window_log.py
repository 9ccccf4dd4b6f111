"""Places in `items` -> the last embeddings of the stream, read back after a restart."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import structlog

from services.edges import batches, topics
from services.edges.dead_letters import contents
from services.edges.journal.base import Journal
from stream.records import Entry, Floats, Integers, Items

KEY = "window"
_PARTITION = (topics.ITEMS, 0)
_COPY_AFTER_SECONDS = (topics.topic(topics.ITEMS).retention_seconds or math.inf) / 2

_log = structlog.get_logger()


class _Run(NamedTuple):
    """Rows ``start`` to ``end`` of the batch at ``offset``, written at ``time``: all were new."""

    offset: int
    start: int
    end: int
    time: float


class WindowLog:
    """Remembers where the last ``texts`` new texts stand in `items`, so that their embeddings need not be saved twice.

    Where `items` is about to forget the oldest of them, `copy` takes them into the state instead.
    """

    def __init__(self, texts: int = 1_000) -> None:
        self.texts = texts
        self._runs: deque[_Run] = deque()
        self._rows = 0
        self._copied: Floats = np.zeros((0, 0), np.float32)

    def passed(self, offset: int, rows: Integers, time: float) -> None:
        """Note which rows of the batch at ``offset``, written at ``time``, were new."""
        for start, end in pairwise([0, *_breaks(rows), len(rows)]):
            if end > start:
                self._runs.append(_Run(offset, int(rows[start]), int(rows[end - 1]) + 1, time))
        self._rows += len(rows)
        while self._runs and self._rows - _length(self._runs[0]) >= self.texts:
            self._rows -= _length(self._runs.popleft())

    def about(self, name: str, journal: Journal) -> Floats:
        """Embeddings (n, d) of the texts in the window with this id or origin; what was copied tells neither."""
        found = [
            items.embeddings[row]
            for items in _batches(journal, self._runs).values()
            for row, names in enumerate(zip(items.ids, items.origins, strict=True))
            if name in names
        ]
        return np.array(found, np.float32)

    def ages(self, now: float) -> bool:
        """Whether the oldest batch that is needed nears the end of the retention of `items`: then `copy`."""
        return bool(self._runs) and now - self._runs[0].time > _COPY_AFTER_SECONDS

    def copy(self, embeddings: Floats) -> None:
        """Keep these embeddings (w, d) in the state from now on, instead of their places."""
        self._copied = embeddings.copy()
        self._runs.clear()
        self._rows = 0

    def save(self) -> Entry:
        """The places, and the embeddings that were copied as far as they are still in the window."""
        missing = max(0, self.texts - self._rows)
        copied = self._copied[len(self._copied) - min(missing, len(self._copied)) :]
        return Entry({"runs": [list(run) for run in self._runs]}, {"copied": copied.astype(np.float16)})

    def restore(self, entry: Entry, journal: Journal) -> Floats:
        """The window's embeddings (w, d), oldest first; none from an empty entry.

        It goes on without those that `items` has dropped, as after days in which no learner ran to copy them: refits
        look at fewer texts for a while.
        """
        runs = [_Run(*run) for run in entry.fields.get("runs", [])]
        read = _batches(journal, runs)
        self._runs = deque(run for run in runs if run.offset in read)
        self._rows = sum(_length(run) for run in self._runs)
        if lost := sum(_length(run) for run in runs) - self._rows:
            _log.warning("window_lost", count=lost, why="older than the retention of items")
        self._copied = entry.arrays.get("copied", self._copied).astype(np.float32)
        parts = [self._copied] if len(self._copied) else []
        parts += [read[run.offset].embeddings[run.start : run.end] for run in self._runs]
        return np.concatenate(parts)[-self.texts :] if parts else np.zeros((0, 0), np.float32)


def _breaks(rows: Integers) -> list[int]:
    """Where ascending rows do not follow each other; nowhere in most batches, of which all texts are new."""
    if len(rows) == 0 or rows[-1] - rows[0] == len(rows) - 1:
        return []
    return (np.flatnonzero(np.diff(rows) != 1) + 1).tolist()


def _length(run: _Run) -> int:
    return run.end - run.start


def _batches(journal: Journal, runs: Sequence[_Run] | deque[_Run]) -> dict[int, Items]:
    """What is kept of the batches that these runs are of, by offset."""
    read: dict[int, Items] = {}
    needed = {run.offset for run in runs}
    if runs:
        position, last = runs[0].offset, runs[-1].offset
        while position <= last and (records := journal.read({_PARTITION: position}, limit=64)):
            for record in records:
                if record.offset in needed:  # the others may be anything, also what no one can read
                    batch = batches.decode(contents(record))
                    assert isinstance(batch, batches.ItemsBatch), f"items {record.offset} was observed"
                    read[record.offset] = batch.items
            position = records[-1].offset + 1
    return read
