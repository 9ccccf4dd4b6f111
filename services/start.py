"""A journal and what was committed -> where a learner begins to read, and in which topics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog

from services.edges import states, topics, window_log
from services.edges.journal.base import Journal, Positions, Writer
from stream.records import Changes, Entry

KEY = "inputs"
"""Of the identities of the topics that the positions are of."""
_READ = (topics.ITEMS, topics.LABELS, topics.COMMANDS)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Start:
    """What comes next of each partition, and the ``changes`` by which the state knows the topics, if it does not."""

    positions: dict[tuple[str, int], int]
    changes: Changes


def begin(journal: Journal, writer: Writer) -> Start:
    """Where a learner with this state goes on: at the oldest record, where nothing was committed yet.

    A topic that was deleted and made anew has other records at the offsets that were committed: it is read from its
    beginning, and from ``items`` no window is read back. What was decided or learned before has its mark.
    """
    bounds = {place: kept for topic in _READ for place, kept in journal.bounds(topic).items()}
    identities = {topic: journal.identity(topic) for topic in _READ if journal.renewable}
    known = states.decode(writer.state[KEY]).fields if KEY in writer.state else {}
    ends = {place: end for place, (_, end) in bounds.items()}
    renewed = _renewed(identities, known, writer.positions, ends)
    if renewed:
        _log.warning("topics_renewed", topics=sorted(renewed), why="deleted and made anew: read from the beginning")
    if topics.ITEMS in renewed:
        writer.state.pop(window_log.KEY, None)
    committed = {place: offset for place, offset in writer.positions.items() if place[0] not in renewed}
    first = {place: low for place, (low, _) in bounds.items()}
    _tell_of_lost_labels(first, committed)
    return Start(first | committed, {} if known == identities else {KEY: Entry(identities)})


def _renewed(
    identities: Mapping[str, str], known: Mapping[str, str], committed: Positions, ends: Positions
) -> Collection[str]:
    """The topics that are others than those which were read; where the state does not say, those that end too early."""
    shorter = {place[0] for place, offset in committed.items() if offset > ends.get(place, offset)}
    return {topic for topic, now in identities.items() if known.get(topic, "" if topic in shorter else now) != now}


def _tell_of_lost_labels(first: Positions, committed: Positions) -> None:
    """Labels that their retention took before they were read are gone; their requests stay open until they expire."""
    for (topic, partition), low in first.items():
        position = committed.get((topic, partition), low)
        if topic == topics.LABELS and position < low:
            _log.error(
                "labels_lost", partition=partition, first=position, last=low - 1, why="older than their retention"
            )
