"""Records at hand + how often a process ended over them -> the steps they are taken in: the one that kills is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.edges.dead_letters import Fault, Unreadable
from services.edges.journal.base import Record
from stream.records import Changes, Entry

KEY = "attempt"
COMMANDS_KEY = "attempt/commands"
"""Of the records of which the first steps of all consist, where there are any."""
DEATHS = 3
"""So many processes end over a record before it is set aside."""


class _Note(NamedTuple):
    """What is on record while a step goes on: the processes that it may be the end of, this one included."""

    deaths: int
    alone: bool


class Attempts:
    """What a process has on record while its first steps go on, so that the next one knows where it ended.

    The note is written before the first records of a process are handled, and taken back with what comes of them. Who
    finds one, ended there: records are then taken one by one, each under a note of its own, and the one over which
    `DEATHS` processes ended, and that none `survived` in between, is `hopeless`. Once the first records are through
    nothing more is written.
    """

    def __init__(self, key: str = KEY) -> None:
        self._key = key
        self.settled = False
        self.hopeless = False
        self._found = self._noted = _Note(0, False)
        self._next: _Note | None = None

    @property
    def unreadable(self) -> bool:
        """Whether even a hopeless record ended a process while it was set aside: then nothing in it is looked at."""
        return self._noted.deaths > DEATHS + 1

    def restore(self, entry: Entry | None) -> None:
        """What the last process had on record, if anything."""
        if entry is not None:
            self._found = _Note(entry.fields["deaths"], entry.fields["alone"])

    def steps(self, records: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """The records of each step. Before the first is taken, and then with the end of each, `changes` is written."""
        if self.settled or not records:
            yield records
            return
        planned = self._planned(records)
        for (group, note), (_, following) in zip(planned, [*planned[1:], ((), None)], strict=True):
            self._noted, self._next = note, following
            self.hopeless = note.alone and note.deaths > DEATHS
            yield group
        self.settled, self.hopeless = True, False

    def first(self, records: Sequence[Record]) -> Changes:
        """What has to be on record before the first of these is handled; nothing once the first steps are through."""
        return {} if self.settled or not records else {self._key: _entry(self._planned(records)[0][1])}

    def survived(self) -> Changes:
        """What has to be on record as soon as a record that was taken alone is handled; nothing for others.

        Who is through with a record was not ended by it, nor was any process before. What follows, as a refit and
        writing, may take long or fail, and so end this one: that is no fault of the record's. One that is hopeless was
        not handled, and stays so.
        """
        deaths = self._noted.deaths - 1 if self.hopeless else 0
        return {self._key: _entry(self._noted._replace(deaths=deaths))} if self._alone else {}

    def changes(self) -> Changes:
        """What is on record once this step is through; None where that is nothing."""
        return {} if self.settled or self._noted.deaths == 0 else {self._key: _entry(self._next)}

    @property
    def _alone(self) -> bool:
        return self._noted.alone and not self.settled

    def require_harmless(self) -> None:
        """Raises Unreadable where the record at hand ended so many processes."""
        if self.hopeless:
            raise Unreadable(Fault.KILLED, f"{DEATHS} processes ended while they handled it")

    def _planned(self, records: Sequence[Record]) -> list[tuple[Sequence[Record], _Note]]:
        deaths, alone = self._found
        if not deaths:
            return [(records, _Note(1, False))]
        if not alone:
            return [([record], _Note(deaths + 1, True)) for record in records]
        rest = [(records[1:], _Note(1, False))] if len(records) > 1 else []
        return [(records[:1], _Note(deaths + 1, True)), *rest]


def _entry(note: _Note | None) -> Entry | None:
    return None if note is None else Entry({"deaths": note.deaths, "alone": note.alone})
