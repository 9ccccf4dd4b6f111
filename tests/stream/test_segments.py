"""Things that change are saved a segment at a time; nobody who changed nothing is saved."""

from __future__ import annotations

from stream.records import Changes, Entry
from stream.segments import Segments


def saved(segments: Segments) -> dict[str, list[str] | None]:
    return {key: entry.fields["key"] if entry else None for key, entry in entries(segments).items()}


def entries(segments: Segments) -> Changes:
    return segments.changes(lambda keys: Entry({"loud": [key.upper() for key in keys]}))


def segments_of(things: str, size: int = 2) -> Segments:
    segments = Segments("thing/", size)
    for thing in things:
        segments.add(thing)
    return segments


def test_things_with_successive_numbers_stand_together() -> None:
    assert saved(segments_of("abcde")) == {"thing/0": ["a", "b"], "thing/1": ["c", "d"], "thing/2": ["e"]}


def test_an_entry_has_numbers_and_keys_beside_what_is_told_of_its_things() -> None:
    segments = Segments("thing/", 2, "name")
    segments.add("a")
    assert entries(segments) == {"thing/0": Entry({"number": [0], "name": ["a"], "loud": ["A"]})}


def test_only_segments_that_changed_are_saved() -> None:
    segments = segments_of("abcde")
    assert len(saved(segments)) == 3
    assert saved(segments) == {}

    segments.remove("a")
    segments.change("d")
    segments.remove("e")
    assert saved(segments) == {"thing/0": ["b"], "thing/1": ["c", "d"], "thing/2": None}


def test_the_next_number_is_behind_the_last_that_is_kept() -> None:
    segments = segments_of("abcd")
    for thing in "bdc":
        segments.remove(thing)
    assert (dict(segments.numbers), segments.next) == ({"a": 0}, 1)
    segments.remove("a")
    assert segments.next == 0


def test_what_was_restored_is_saved_already_and_goes_on_with_the_same_numbers() -> None:
    live = segments_of("abcde")
    live.remove("b")
    state = {key: entry for key, entry in reversed(entries(live).items()) if entry is not None}
    restored = segments_of("z")
    of_ours = restored.restore({**state, "other/0": Entry({"number": [7]})})
    assert [entry.fields["loud"] for entry in of_ours] == [["A"], ["C", "D"], ["E"]]
    assert (dict(restored.numbers), restored.next, saved(restored)) == (dict(live.numbers), 5, {})

    for segments in (live, restored):
        segments.add("f")
    assert saved(restored) == saved(live) == {"thing/2": ["e", "f"]}


def test_nothing_is_restored_from_nothing() -> None:
    segments = segments_of("abc")
    assert segments.restore({}) == []
    assert (segments.next, saved(segments)) == (0, {})
