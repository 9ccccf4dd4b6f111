"""Faust's consumer, where it is ours: it goes back to exactly where the group goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace

from faust.types import TP

from services.intake.transport import _ConsumerThread

COMMITTED, NEVER, GONE = TP("texts", 0), TP("texts", 1), TP("texts", 2)


class Behind:
    """An aiokafka consumer with two partitions, one of which was never committed."""

    def __init__(self) -> None:
        self.sought: dict[TP, int] = {}

    async def seek_to_committed(self) -> Mapping[TP, int | None]:
        self.sought[COMMITTED] = 40
        return {COMMITTED: 40, NEVER: None}

    def seek(self, place: TP, offset: int) -> None:
        self.sought[place] = offset


def test_a_partition_that_was_never_committed_is_read_again_from_where_it_was_begun() -> None:
    behind = Behind()
    consumer = SimpleNamespace(begun={COMMITTED: 30, NEVER: 7, GONE: 9})
    thread = SimpleNamespace(_ensure_consumer=lambda: behind, consumer=consumer)
    asyncio.run(_ConsumerThread._rewind(thread))
    assert behind.sought == {COMMITTED: 40, NEVER: 7}
