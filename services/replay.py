"""A data set -> traffic: its texts in order, at a given rate, going on where an earlier replay of it ended."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from threading import Event

from services.edges.datasets import Dataset, Row
from services.edges.journal.base import Headers, Journal, Message
from services.edges.messages import TextMessage
from services.edges.topics import TEXTS

_BATCH_TEXTS = 500
_BATCH_SECONDS = 0.1
_HEADER = "replay"


class Replay:
    """Appends a data set's rows to `texts`: ``rate`` a second, or at once where it is None.

    Each text is marked with the file's hash and its row, so a replay of the same file goes on behind the last row that
    is still in `texts`: a second one of a whole file sends nothing. (Were the texts dropped by their retention, their
    ids still tell that they are repeats.) Labels are left out unless ``with_labels``.
    """

    def __init__(
        self,
        journal: Journal,
        dataset: Dataset,
        *,
        rate: float | None = None,
        with_labels: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if rate is not None and not 0 < rate < math.inf:
            raise ValueError(f"rate {rate}: texts a second, a number above 0")
        self._journal, self._dataset, self._rate, self._with_labels = journal, dataset, rate, with_labels
        self.sent = self._first = self._sent_before()
        # Not before: looking through many texts takes long, and what was due meanwhile would come at once.
        self._clock, self._started = clock, clock()

    @property
    def done(self) -> bool:
        """Whether all rows are sent; a replay of more of the file may have sent more."""
        return self.sent >= len(self._dataset)

    def run(self, stop: Event) -> Iterator[int]:
        """Send all rows, or until asked to stop; yields how many are sent, those of earlier replays included."""
        while not self.done and not stop.is_set():
            if not self.step():
                stop.wait(_BATCH_SECONDS)
            yield self.sent

    def step(self) -> int:
        """Send the next rows that are due, all or nothing; says how many."""
        rows = self._dataset.rows[self.sent : min(self.sent + _BATCH_TEXTS, self._due())]
        if rows:
            self._journal.append([self._message(row, self.sent + index) for index, row in enumerate(rows)])
            self.sent += len(rows)
        return len(rows)

    def _due(self) -> int:
        """How many rows are to be sent by now, the first at the start."""
        if self._rate is None:
            return len(self._dataset)
        passed = min((self._clock() - self._started) * self._rate, len(self._dataset))
        return self._first + 1 + int(passed)

    def _message(self, row: Row, number: int) -> Message:
        # Not validated here: what a row has too much of is set aside by intake, as from any other producer.
        text = TextMessage.model_construct(
            text=row.text,
            id=row.id,
            label=row.label if self._with_labels else None,
            source=self._dataset.name,
            time=row.time,
        )
        headers: Headers = ((_HEADER, f"{self._dataset.digest}/{number}".encode()),)
        return Message(TEXTS, text.encode(), key=row.id.encode(), headers=headers)

    def _sent_before(self) -> int:
        sent = 0
        positions = {place: oldest for place, (oldest, _) in self._journal.bounds(TEXTS).items()}
        while records := self._journal.read(positions, _BATCH_TEXTS):
            for record in records:
                positions[record.topic, record.partition] = record.offset + 1
                digest, _, number = dict(record.headers).get(_HEADER, b"").decode(errors="replace").partition("/")
                if digest == self._dataset.digest:
                    sent = max(sent, int(number) + 1)
        return sent
