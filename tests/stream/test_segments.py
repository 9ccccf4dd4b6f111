"""Things that change are saved a segment at a time; nobody who changed nothing is saved."""

from __future__ import annotations

from collections.abc import Sequence

from stream.records import Entry
from stream.segments import Segments


def saved(segments: Segments) -> dict[str, list[str] | None]:
    def entry(keys: Sequence[str]) -> Entry:
        return Entry({"keys": list(keys)})

    return {key: entry.fields["keys"] if entry else None for key, entry in segments.changes(entry).items()}


def segments_of(*numbers: int) -> Segments:
    segments = Segments("thing/")
    for number in numbers:
        segments.add(number, str(number))
    return segments


def test_things_with_successive_numbers_stand_together() -> None:
    assert saved(segments_of(0, 15, 16, 40)) == {"thing/0": ["0", "15"], "thing/1": ["16"], "thing/2": ["40"]}


def test_only_segments_that_changed_are_saved() -> None:
    segments = segments_of(0, 1, 20, 40)
    assert len(saved(segments)) == 3
    assert saved(segments) == {}

    segments.remove(0, "0")
    segments.change(20)
    segments.remove(40, "40")
    assert saved(segments) == {"thing/0": ["1"], "thing/1": ["20"], "thing/2": None}


def test_what_was_restored_is_saved_already() -> None:
    segments = segments_of(99)
    segments.restore([(0, "0"), (1, "1")])
    assert saved(segments) == {}

    segments.add(2, "2")
    assert saved(segments) == {"thing/0": ["0", "1", "2"]}


def test_how_many_numbers_stand_in_one_is_chosen() -> None:
    segments = Segments("thing/", numbers=4)
    for number in (3, 4, 7):
        segments.add(number, str(number))
    assert saved(segments) == {"thing/0": ["3"], "thing/1": ["4", "7"]}

    segments.restore([(7, "7")])
    segments.remove(7, "7")
    assert saved(segments) == {"thing/1": None}
