"""A journal and what was committed -> where a learner begins to read."""

from __future__ import annotations

import structlog

from services.edges import topics
from services.edges.journal.base import Journal, Positions

_log = structlog.get_logger()


def first_positions(journal: Journal, committed: Positions) -> dict[tuple[str, int], int]:
    """What comes next, of each partition that a learner reads: the oldest record, where nothing was committed yet."""
    read = (topics.ITEMS, topics.LABELS, topics.COMMANDS)
    first = {place: low for topic in read for place, (low, _) in journal.bounds(topic).items()}
    _tell_of_lost_labels(first, committed)
    return first | dict(committed)


def _tell_of_lost_labels(first: Positions, committed: Positions) -> None:
    """Labels that their retention took before they were read are gone; their requests stay open until they expire."""
    for (topic, partition), low in first.items():
        position = committed.get((topic, partition), low)
        if topic == topics.LABELS and position < low:
            _log.error(
                "labels_lost", partition=partition, first=position, last=low - 1, why="older than their retention"
            )
