"""Journal -> view -> the calls that wait: follows decisions, requests, outcomes and the learner's status."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from threading import Event

from services.console import news
from services.console.view import View
from services.console.waiting import Waiting
from services.edges.journal.base import Journal, reached
from stream.records import Decision

READ_RECORDS = 128
WAIT_SECONDS = 0.5


class Follower:
    """Keeps a view abreast of the journal; ``decisions`` and ``outcomes`` are handed to whoever waits for them.

    ``caught_up`` turns True when all that was in the journal at first sight has been read.
    """

    def __init__(self, journal: Journal, view: View, topics: Sequence[str] = news.TOPICS) -> None:
        self.decisions: Waiting[str, Decision] = Waiting()
        self.outcomes: Waiting[int, dict[str, object]] = Waiting()
        self.caught_up = False
        self._journal, self._view = journal, view
        bounds = {place: kept for topic in topics for place, kept in journal.bounds(topic).items()}
        self._ends = {place: end for place, (_, end) in bounds.items()}
        self._positions = self._first_positions(bounds)

    def run(self, stop: Event) -> None:
        """Step until asked to stop."""
        while not stop.is_set():
            self.step(WAIT_SECONDS)

    def end(self) -> None:
        """Let nobody wait any longer for what is followed; from any thread."""
        self.decisions.end()
        self.outcomes.end()

    def step(self, wait: float) -> int:
        """Take the next records into the view, waiting up to ``wait`` seconds for the first; says how many."""
        records = self._journal.read(self._positions, READ_RECORDS, wait if self.caught_up else 0.0)
        if not records:
            self.caught_up = True
            return 0
        found = news.read(records)
        after = self._positions | {(record.topic, record.partition): record.offset + 1 for record in records}
        saved = self._view.save(found, self._positions, after)
        self.decisions.deliver({decision.id: decision for decision in reversed(found.decisions)})
        self.outcomes.deliver({row.labels_offset: json.loads(row.message) for _, row in found.outcomes if row})
        # Where another follower was faster, go on behind it: what it took still has to be delivered here.
        stored = after if saved else self._view.positions()
        self._positions = {place: min(offset, stored.get(place, offset)) for place, offset in after.items()}
        self.caught_up |= reached(self._positions, self._ends)
        return len(records)

    def _first_positions(self, bounds: Mapping[tuple[str, int], tuple[int, int]]) -> dict[tuple[str, int], int]:
        """Where the view stopped, or the oldest record; from the start where the journal has lost what was read."""
        stored = self._view.positions()
        if any(offset > bounds[place][1] for place, offset in stored.items()):
            self._view.clear()
            stored = {}
        return {place: max(low, stored.get(place, low)) for place, (low, _) in bounds.items()}


def identities(journal: Journal, topics: Sequence[str] = news.TOPICS) -> dict[str, str]:
    """The identity of each followed topic, for the view."""
    return {topic: journal.identity(topic) for topic in topics}
