"""Each text is admitted once, whatever is delivered again, and nothing is skipped unnoticed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.arrivals import Arrivals, Gap
from stream.records import Entry, Items, State


def items(offsets: Sequence[int], ids: Sequence[str] | None = None, covered: tuple[int, int] | None = None) -> Items:
    origins = [f"c/t/0/{offset}" for offset in offsets]
    return Items(
        origins=origins,
        ids=origins if ids is None else ids,
        texts=["text"] * len(origins),
        embeddings=np.zeros((len(origins), 2), np.float32),
        labels=[None] * len(origins),
        sources=[""] * len(origins),
        covered={} if covered is None else {"c/t/0": covered},
    )


def covering(partition: str, start: int, end: int) -> Items:
    """No item, and a range that is accounted for."""
    return replace(items([]), covered={partition: (start, end)})


def admitted(arrivals: Arrivals, *args: object, **kwargs: object) -> list[int]:
    return arrivals.admit(items(*args, **kwargs)).tolist()  # type: ignore[arg-type]


def save(arrivals: Arrivals, state: State) -> None:
    for key, entry in arrivals.changes().items():
        if entry is None:
            del state[key]
        else:
            state[key] = Entry(json.loads(json.dumps(entry.fields)), dict(entry.arrays))


def restored(state: State, remember_ids: int) -> Arrivals:
    arrivals = Arrivals(remember_ids)
    arrivals.restore(dict(reversed(state.items())))
    return arrivals


def test_what_is_delivered_again_is_not_new() -> None:
    arrivals = Arrivals()

    assert admitted(arrivals, [0, 1, 2], covered=(0, 3)) == [0, 1, 2]
    assert admitted(arrivals, [1, 2, 3], covered=(1, 4)) == [2]
    assert admitted(arrivals, [0, 1], covered=(0, 2)) == []
    assert arrivals.repeats == 4


def test_a_range_may_end_behind_its_last_text() -> None:
    arrivals = Arrivals()
    admitted(arrivals, [0], covered=(0, 5))

    assert admitted(arrivals, [3, 5], covered=(3, 6)) == [1]
    assert admitted(arrivals, [], covered=(6, 9)) == []
    assert admitted(arrivals, [8, 9], covered=(8, 10)) == [1]


def test_a_gap_is_named_and_changes_nothing() -> None:
    arrivals = Arrivals()
    admitted(arrivals, [0, 1], covered=(0, 2))
    arrivals.changes()

    with pytest.raises(Gap, match="c/t/0: offsets 2 to 3 never arrived") as raised:
        admitted(arrivals, [4], ["new"], covered=(4, 5))
    assert (raised.value.partition, raised.value.mark, raised.value.start) == ("c/t/0", 2, 4)
    assert arrivals.changes() == {}
    assert admitted(arrivals, [2], ["new"], covered=(2, 3)) == [0]


def test_an_unknown_partition_may_begin_anywhere() -> None:
    arrivals = Arrivals()

    assert admitted(arrivals, [70, 71], covered=(70, 72)) == [0, 1]
    assert admitted(arrivals, [71], covered=(70, 72)) == []


def test_without_ranges_the_rows_themselves_move_the_mark() -> None:
    arrivals = Arrivals()

    assert admitted(arrivals, [0, 1]) == [0, 1]
    assert admitted(arrivals, [1, 5]) == [1]
    assert admitted(arrivals, [4, 6]) == [1]


def test_partitions_and_recreated_topics_have_marks_of_their_own() -> None:
    arrivals = Arrivals()
    origins = ["c/t/0/7", "c/t/1/7", "c/u/0/0"]
    batch = Items(origins, origins, ["x"] * 3, np.zeros((3, 2), np.float32), [None] * 3, [""] * 3)

    assert arrivals.admit(batch).tolist() == [0, 1, 2]
    assert arrivals.admit(batch).tolist() == []


def test_an_id_is_admitted_once() -> None:
    arrivals = Arrivals()

    assert admitted(arrivals, [0, 1, 2], ["a", "b", "a"]) == [0, 1]
    assert admitted(arrivals, [3, 4], ["b", "c"]) == [1]
    assert arrivals.repeats == 2


def test_the_same_origin_twice_in_a_batch_is_one_text() -> None:
    assert admitted(Arrivals(), [0, 0, 1], covered=(0, 2)) == [0, 2]


def test_the_oldest_id_is_forgotten_first() -> None:
    arrivals = Arrivals(remember_ids=2)
    admitted(arrivals, [0, 1, 2], ["a", "b", "c"])

    assert admitted(arrivals, [3], ["b"]) == []
    assert admitted(arrivals, [4, 5], ["a", "b"]) == [0, 1]


def test_origins_take_no_place_among_the_ids() -> None:
    arrivals = Arrivals(remember_ids=1)
    admitted(arrivals, [0], ["a"])
    admitted(arrivals, [1, 2, 3])

    assert admitted(arrivals, [4], ["a"]) == []


def test_only_the_segments_that_grew_are_saved() -> None:
    arrivals = Arrivals()
    admitted(arrivals, range(4_500), [f"id{n}" for n in range(4_500)])
    first = arrivals.changes()
    assert {key: len(entry.arrays["hashes"]) for key, entry in first.items() if entry and entry.arrays} == {
        "arrivals/ids/0": 2_000,
        "arrivals/ids/1": 2_000,
        "arrivals/ids/2": 500,
    }

    admitted(arrivals, [5_000], ["new"])
    assert set(arrivals.changes()) == {"arrivals/marks", "arrivals/ids/2"}
    assert arrivals.changes() == {}


def test_forgotten_segments_leave_the_state() -> None:
    arrivals, state = Arrivals(remember_ids=2_000), {}
    for start in range(0, 9_000, 1_000):
        admitted(arrivals, range(start, start + 1_000), [f"id{n}" for n in range(start, start + 1_000)])
        save(arrivals, state)

    assert set(state) == {"arrivals/marks", "arrivals/ids/3", "arrivals/ids/4"}
    again = restored(state, 2_000)
    assert admitted(again, [9_000, 9_001], ["id7000", "id6999"]) == [1]


@given(st.lists(st.lists(st.integers(0, 12), max_size=6), max_size=25), st.sets(st.integers(0, 25)), st.integers(0, 8))
def test_restores_anywhere_change_nothing(batches: list[list[int]], restores: set[int], remember: int) -> None:
    whole, cut, state, offset = Arrivals(remember), Arrivals(remember), {}, 0
    for step, ids in enumerate(batches):
        offsets = range(max(0, offset - 2), offset + len(ids))
        names = [f"id{number}" for number in [*ids, 0, 1][: len(offsets)]]
        offset += len(ids)
        if step in restores:
            save(cut, state)
            cut = restored(state, remember)
        assert admitted(cut, offsets, names, (offsets.start, offset)) == admitted(
            whole, offsets, names, (offsets.start, offset)
        )
        assert cut.repeats == whole.repeats


def test_a_smaller_memory_takes_over_from_a_larger_one() -> None:
    arrivals, state = Arrivals(remember_ids=5_000), {}
    admitted(arrivals, range(5_000), [f"id{n}" for n in range(5_000)])
    save(arrivals, state)
    smaller = restored(state, 10)

    assert admitted(smaller, [5_000, 5_001], ["id4990", "id4989"]) == [1]
    for start in range(6_000, 12_000, 1_000):
        assert (
            len(admitted(smaller, range(start, start + 1_000), [f"n{n}" for n in range(start, start + 1_000)])) == 1_000
        )


def test_a_negative_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        Arrivals(remember_ids=-1)


def test_once_a_record_was_set_aside_each_partition_may_go_on_above_its_mark_once() -> None:
    arrivals = Arrivals()
    for partition in ("c/t/0", "c/t/1"):
        arrivals.admit(covering(partition, 0, 5))
    arrivals.excuse()
    later = Arrivals()
    later.restore({key: entry for key, entry in arrivals.changes().items() if entry is not None})
    for each in (arrivals, later):
        each.admit(covering("c/t/0", 9, 12))
        with pytest.raises(Gap, match="12 to 12"):
            each.admit(covering("c/t/0", 13, 14))
        each.admit(covering("c/t/1", 7, 8))
        with pytest.raises(Gap, match="8 to 8"):
            each.pass_over(covering("c/t/1", 9, 10))
