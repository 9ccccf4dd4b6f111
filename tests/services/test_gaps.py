"""Which texts are missing before the items that wait, and what is said of them."""

from __future__ import annotations

from services import gaps
from services.edges import topics
from services.edges.journal.base import Message
from stream.records import Items
from tests.services.worlds import ENCODER, Service


def write(service: Service, **covered: tuple[int, int]) -> None:
    """One batch that covers these partitions of `cluster/topic`, with no text in it."""
    ranges = {f"c/t/{partition.removeprefix('p')}": place for partition, place in covered.items()}
    service.items(Items([], [], [], ENCODER.encode([]), [], [], ranges, []))


def test_every_gap_that_waits_is_told_at_once_with_the_commands_that_accept_it(service: Service) -> None:
    write(service, p0=(0, 5), p1=(3, 4))
    service.journal.append([Message(topics.ITEMS, b"no arrow")])
    write(service, p0=(9, 12), p2=(7, 8), p3=(0, 1))
    told = gaps.told(service.journal, 0, {"c/t/0": 5, "c/t/1": 1, "c/t/2": 2})

    assert "of c/t/1 from offset 1 to 2, c/t/2 from offset 2 to 6; to go on" in told
    assert "`sluice command accept-gap c/t/1 3 ; sluice command accept-gap c/t/2 7`" in told


def test_where_the_texts_that_wait_begin_is_found_in_the_first_batch_that_covers_their_partition(
    service: Service,
) -> None:
    write(service, p0=(0, 5))
    write(service, p0=(5, 7), p1=(2, 3))
    write(service, p1=(3, 4))

    assert [gaps.begins(service.journal, at, "c/t/1") for at in (0, 1, 2, 3)] == [2, 2, 3, None]
    assert gaps.begins(service.journal, 0, "c/t/9") is None
