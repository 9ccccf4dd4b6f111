"""Records of texts -> items, in one transaction a step: the intake on the embedded journal."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Self

import structlog

from services.attempts import KEY, Attempts
from services.edges import class_names, states
from services.edges.encoders.base import Encoder
from services.edges.journal.base import Journal, Positions, Record, refuse_gap
from services.edges.metrics import Metrics
from services.edges.settings import TaskClass
from services.edges.topics import TEXTS
from services.intake.batching import READ_RECORDS, Batcher, EncoderBroken, announcement, cover, holes

_WAIT_SECONDS = 1.0
_MEND_GAP = "begin a new data directory"
_CLASSES = "classes"
"""Key of the state entry that holds the hash of the classes that were announced last."""

_log = structlog.get_logger()


class Intake:
    """Turns `texts` into `items`, in order, from where the last process of this kind committed.

    ``classes`` are the task's, announced in a batch of their own before the first items. Raises JournalError where
    texts were dropped by their retention before they were read.
    """

    def __init__(self, journal: Journal, encoder: Encoder, classes: Sequence[TaskClass], metrics: Metrics) -> None:
        self._journal, self._encoder = journal, encoder
        self._attempts = Attempts()
        self._batcher = Batcher(encoder, journal.identity(TEXTS), metrics)
        self._writer = journal.writer("intake")
        self._next = self._oldest() | {partition: offset for (_, partition), offset in self._writer.positions.items()}
        noted = self._writer.state.get(KEY)
        self._attempts.restore(None if noted is None else states.decode(noted))
        refuse_gap(list(self._next.items()), self._oldest(), _MEND_GAP)
        self._announce(classes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, stop: Event) -> None:
        """Step until asked to stop."""
        while not stop.is_set():
            self.step(_WAIT_SECONDS)

    def close(self) -> None:
        """Give the name of the intake up."""
        self._writer.close()

    @property
    def positions(self) -> Positions:
        """What is read next, for the lag."""
        return {(TEXTS, partition): offset for partition, offset in self._next.items()}

    def step(self, wait: float) -> int:
        """Handle the next texts in one transaction, waiting up to ``wait`` seconds for the first; says how many."""
        records = self._journal.read(self.positions, READ_RECORDS, wait)
        if first := self._attempts.first(records):
            self._writer.commit([], states.encode_all(first), self.positions)
        for group in self._attempts.steps(records):
            self._take(group)
        return len(records)

    def _take(self, records: Sequence[Record]) -> None:
        if not records:
            return
        if found := holes(records, self._next):
            refuse_gap(found, self._oldest(), _MEND_GAP)
        covered = cover(records, self._next)
        try:
            batch = self._batcher.batch(records, covered, self._attempts)
        except EncoderBroken:
            self._writer.commit([], {KEY: None}, self.positions)
            raise
        if survived := self._attempts.survived():
            self._writer.commit([], states.encode_all(survived), self.positions)
        self._next |= {partition: end for partition, (_, end) in covered.items()}
        self._writer.commit([*batch.items, *batch.letters], states.encode_all(self._attempts.changes()), self.positions)
        self._batcher.count(batch)

    def _announce(self, classes: Sequence[TaskClass]) -> None:
        """Append the embedded classes, unless these were the last that this encoder embedded."""
        digest = class_names.digest(classes, self._encoder.name).encode()
        if not classes or self._writer.state.get(_CLASSES) == digest:
            return
        self._writer.commit([announcement(classes, self._encoder)], {_CLASSES: digest}, self.positions)
        _log.info("classes_announced", classes=len(classes), encoder=self._encoder.name)

    def _oldest(self) -> dict[int, int]:
        """The oldest offset that is kept of each partition."""
        return {partition: low for (_, partition), (low, _) in self._journal.bounds(TEXTS).items()}
