"""The journal's `items`, from an offset on -> the batches that wait in it."""

from __future__ import annotations

from collections.abc import Iterator

from services.edges import batches
from services.edges.batches import ClassesBatch, ItemsBatch, ReencodedBatch
from services.edges.dead_letters import Unreadable, contents
from services.edges.journal.base import Journal
from services.edges.topics import ITEMS

_PLACE = (ITEMS, 0)
_READ_RECORDS = 64


def waiting_items(journal: Journal, offset: int) -> Iterator[ItemsBatch | ClassesBatch | ReencodedBatch]:
    """Those that can be read, up to what is the end now; from the oldest on where ``offset`` is kept no more."""
    oldest, end = journal.bounds(ITEMS)[_PLACE]
    offset = max(offset, oldest)
    while offset < end and (records := journal.read({_PLACE: offset}, _READ_RECORDS)):
        offset = records[-1].offset + 1
        for record in records:
            try:
                yield batches.decode(contents(record))
            except Unreadable:
                continue
