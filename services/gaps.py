"""Items that wait, and how far texts were read -> the texts between them that are missing, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from services.edges.batches import ItemsBatch
from services.edges.journal.base import Journal
from services.edges.waiting_items import waiting_items

_LOOKED_AT = 10_000
"""Ranges of texts that are looked at for further gaps: the first to be told of is in the first batch."""


def begins(journal: Journal, position: int, partition: str) -> int | None:
    """Where the texts of a source partition go on that wait in `items` from ``position`` on; None where none do."""
    return next((start for each, start in _starts(journal, position) if each == partition), None)


def told(journal: Journal, position: int, marks: Mapping[str, int]) -> str:
    """What to say where texts are missing that were read up to these ``marks``, by source partition."""
    found: dict[str, int] = {}
    for partition, start in islice(_starts(journal, position), _LOOKED_AT):
        found.setdefault(partition, start)
        if found.keys() >= marks.keys():
            break
    gaps = {partition: start for partition, start in found.items() if start > marks.get(partition, start)}
    missing = ", ".join(f"{partition} from offset {marks[partition]} to {end - 1}" for partition, end in gaps.items())
    accepted = " ; ".join(f"sluice command accept-gap {partition} {end}" for partition, end in gaps.items())
    return (
        f"texts are missing in `items`, which may have dropped them by its retention: of {missing}; to go on without "
        f"them, run `{accepted}` and start the learner again"
    )


def _starts(journal: Journal, position: int) -> Iterator[tuple[str, int]]:
    """Each source partition that a batch covers, and from where on, in the order of the batches that wait."""
    for batch in waiting_items(journal, position):
        if isinstance(batch, ItemsBatch):
            yield from ((partition, start) for partition, (start, _) in batch.items.covered.items())
