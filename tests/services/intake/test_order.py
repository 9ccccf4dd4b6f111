"""What Faust hands over, whatever happened to its consumer: each record once, in order, none passed over."""

from __future__ import annotations

import pytest
from faust.types import TP, Message

from services.edges.journal.base import JournalError
from services.intake.order import in_order

GENERATION = 7


def _message(offset: int, partition: int = 0, generation: int = GENERATION) -> Message:
    headers = [("ce_id", b"1"), ("empty", None)]
    return Message("t.texts", partition, offset, -0.001, 0, headers, None, b"text", None, generation_id=generation)


def _offsets(messages: list[Message], positions: dict[int, int], before: dict[tuple[TP, int], int]) -> list[int]:
    return [record.offset for record in in_order(messages, positions, before, GENERATION)]


def test_records_follow_their_partitions_position() -> None:
    messages = [_message(5), _message(2, partition=1), _message(6)]
    (first, second, third) = in_order(messages, {0: 5, 1: 2}, {}, GENERATION)
    assert [(record.topic, record.partition, record.offset) for record in (first, second, third)] == [
        ("texts", 0, 5),
        ("texts", 1, 2),
        ("texts", 0, 6),
    ]
    assert first.headers == (("ce_id", b"1"), ("empty", b""))
    assert first.time == 0.0


def test_repeats_other_partitions_and_earlier_generations_are_left_out() -> None:
    messages = [_message(4), _message(5), _message(5), _message(9, generation=6), _message(0, partition=3), _message(6)]
    assert _offsets(messages, {0: 5}, {}) == [5, 6]


def test_what_was_aborted_is_a_hole_but_nothing_that_was_passed_over() -> None:
    place = TP("t.texts", 0)
    before = {(place, 5): 5, (place, 30): 6}
    assert _offsets([_message(5), _message(30)], {0: 5}, before) == [5, 30]
    assert before == {}


def test_a_record_that_was_read_but_not_handed_over_is_noticed() -> None:
    place = TP("t.texts", 0)
    with pytest.raises(JournalError, match="texts 6 to 6 of partition 0 were passed over"):
        _offsets([_message(5), _message(7)], {0: 5}, {(place, 5): 5, (place, 6): 6, (place, 7): 7})
