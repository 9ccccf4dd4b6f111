"""Journal -> view -> the calls that wait: follows decisions, requests, outcomes and the learner's status."""

from __future__ import annotations

import json
from threading import Event

from services.console import news
from services.console.view import View
from services.console.waiting import Waiting
from services.edges.journal.base import Journal
from stream.records import Decision

READ_RECORDS = 128
WAIT_SECONDS = 0.5


class Follower:
    """Keeps a view abreast of the journal; ``decisions`` and ``outcomes`` are handed to whoever waits for them.

    ``caught_up`` turns True when all that was in the journal at first sight has been read.
    """

    def __init__(self, journal: Journal, view: View) -> None:
        self.decisions: Waiting[str, Decision] = Waiting()
        self.outcomes: Waiting[int, dict[str, object]] = Waiting()
        self.caught_up = False
        self._journal, self._view = journal, view
        self._positions = self._first_positions()

    def run(self, stop: Event) -> None:
        """Step until asked to stop."""
        while not stop.is_set():
            self.step(WAIT_SECONDS)

    def step(self, wait: float) -> int:
        """Take the next records into the view, waiting up to ``wait`` seconds for the first; says how many."""
        records = self._journal.read(self._positions, READ_RECORDS, wait if self.caught_up else 0.0)
        self.caught_up |= len(records) < READ_RECORDS
        if not records:
            return 0
        found = news.read(records)
        after = self._positions | {(record.topic, record.partition): record.offset + 1 for record in records}
        saved = self._view.save(found, self._positions, after)
        self.decisions.deliver({decision.id: decision for decision in reversed(found.decisions)})
        self.outcomes.deliver({row.labels_offset: json.loads(row.message) for _, row in found.outcomes if row})
        # Where another follower was faster, go on behind it: what it took still has to be delivered here.
        stored = after if saved else self._view.positions()
        self._positions = {place: min(offset, stored.get(place, offset)) for place, offset in after.items()}
        return len(records)

    def _first_positions(self) -> dict[tuple[str, int], int]:
        """Where the view stopped, or the oldest record; from the start where the journal has lost what was read."""
        bounds = {place: kept for topic in news.TOPICS for place, kept in self._journal.bounds(topic).items()}
        stored = self._view.positions()
        if any(offset > bounds[place][1] for place, offset in stored.items()):
            self._view.clear()
            stored = {}
        return {place: max(low, stored.get(place, low)) for place, (low, _) in bounds.items()}


def identities(journal: Journal) -> dict[str, str]:
    """The identity of each followed topic, for the view."""
    return {topic: journal.identity(topic) for topic in news.TOPICS}
