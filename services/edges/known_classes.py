"""Learner's state -> the classes that are known by now, followed as they change."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.edges import states
from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Journal
from services.edges.topics import LEARNER_STATE

_READ_RECORDS = 128
_STATUS = b"status"

_log = structlog.get_logger()


class KnownClasses:
    """The classes that the learner knows, named ones first; those that are ``named`` until it has told any."""

    def __init__(self, journal: Journal, named: Sequence[str] = ()) -> None:
        self._journal, self._classes = journal, tuple(named)
        self._positions = {place: oldest for place, (oldest, _) in journal.bounds(LEARNER_STATE).items()}

    def __call__(self) -> tuple[str, ...]:
        """As of the learner's last commit."""
        while records := self._journal.read(self._positions, _READ_RECORDS):
            for record in records:
                self._positions[record.topic, record.partition] = record.offset + 1
                if record.key == _STATUS and record.value is not None:
                    self._take(record.value)
        return self._classes

    def _take(self, status: bytes) -> None:
        try:
            self._classes = tuple(states.decode(status).fields["classes"]) or self._classes
        except Unreadable as error:
            _log.warning("status_unreadable", reason=error.reason)
