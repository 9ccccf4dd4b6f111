"""The landmarks are the open requests and the last asked: no more, no fewer, also after a restore."""

from __future__ import annotations

import json
from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.landmarks import Landmarks
from stream.records import Changes, Entry, Floats, State
from stream.shingles import filled


def embedding(number: int) -> Floats:
    return np.array([number / 2048, 1.0, -0.5], np.float32)


def landmarks_with(numbers: range, keep: int) -> Landmarks:
    landmarks = Landmarks(keep)
    for number in numbers:
        landmarks.add(str(number), embedding(number), str(number))
    return landmarks


def held(landmarks: Landmarks) -> list[int]:
    assert landmarks.embeddings.dtype == np.float32
    assert len(landmarks) == len(landmarks.embeddings)
    landmarks.trim()
    return sorted(round(float(row[0]) * 2048) for row in landmarks.embeddings)


def keep_entries(state: State, changes: Changes) -> None:
    for key, entry in changes.items():
        if entry is None:
            state.pop(key, None)
        else:
            state[key] = Entry(json.loads(json.dumps(entry.fields)), dict(entry.arrays))


def test_there_are_none_at_first() -> None:
    assert len(Landmarks().embeddings) == 0


def test_open_requests_stay_however_old_they_are() -> None:
    landmarks = landmarks_with(range(5), keep=2)

    assert held(landmarks) == [0, 1, 2, 3, 4]


def test_closed_requests_stay_while_they_are_among_the_last_asked() -> None:
    landmarks = landmarks_with(range(5), keep=2)
    for name in "0134":
        landmarks.close(name)
    assert held(landmarks) == [2, 3, 4]

    landmarks.add("5", embedding(5), "5")
    assert held(landmarks) == [2, 4, 5]


def test_closing_what_is_not_there_does_nothing() -> None:
    landmarks = landmarks_with(range(3), keep=1)
    landmarks.close("0")
    landmarks.close("0")
    landmarks.close("other")

    assert held(landmarks) == [1, 2]


def test_the_block_grows_and_shrinks_without_holes() -> None:
    landmarks = landmarks_with(range(1_000), keep=10)
    for number in range(995):
        landmarks.close(str(number))

    assert held(landmarks) == list(range(990, 1_000))
    assert landmarks.embeddings.flags.c_contiguous


def saved(landmarks: Landmarks) -> dict[str, list[str]]:
    return {key: entry.fields["id"] if entry else [] for key, entry in landmarks.changes().items()}


def test_only_what_changed_is_returned() -> None:
    landmarks = landmarks_with(range(3), keep=2)
    assert saved(landmarks) == {"landmark/0": ["0", "1", "2"]}
    assert saved(landmarks) == {}

    landmarks.close("0")
    landmarks.close("2")
    landmarks.trim()
    assert saved(landmarks) == {"landmark/0": ["1", "2"]}


def test_a_landmark_is_added_once() -> None:
    with pytest.raises(ValueError, match="request 1 "):
        landmarks_with(range(2), keep=2).add("1", embedding(1), "1")


def test_at_least_one_is_kept() -> None:
    with pytest.raises(ValueError, match="0"):
        Landmarks(keep=0)


def test_sketches_come_back_for_a_strategy_that_looks_at_them() -> None:
    live, restored = Landmarks(sketched=True), Landmarks(sketched=True)
    state: State = {}
    for number, text in enumerate(("where is my card", "top up failed")):
        live.add(str(number), embedding(number), text)
    keep_entries(state, live.changes())
    restored.restore(state, {"0", "1"})

    assert filled(live.sketches).sum(axis=1).tolist() == [7, 5]
    assert np.array_equal(restored.sketches, live.sketches)


def test_landmarks_of_another_strategy_have_empty_sketches() -> None:
    plain, sketched = Landmarks(), Landmarks(sketched=True)
    state: State = {}
    plain.add("0", embedding(0), "where is my card")
    keep_entries(state, plain.changes())
    sketched.restore(state, {"0"})
    sketched.add("1", embedding(1), "where is my card")

    assert "sketch" not in state["landmark/0"].arrays
    assert filled(plain.sketches).sum() == 0
    assert filled(sketched.sketches).sum(axis=1).tolist() == [0, 7]
    assert sketched.changes()["landmark/0"].arrays["sketch"].shape == (2, 64)  # type: ignore[union-attr]


@given(st.lists(st.none() | st.integers(0, 40), max_size=80), st.sets(st.integers(0, 80)), st.integers(1, 6))
def test_they_are_what_is_open_or_last_asked_whatever_happens(
    closings: list[int | None], restores: set[int], keep: int
) -> None:
    landmarks, state, open_, last, asked = Landmarks(keep), {}, set(), deque(maxlen=keep), 0
    for step, closing in enumerate(closings):
        if step in restores:
            keep_entries(state, landmarks.changes())
            landmarks = Landmarks(keep)
            landmarks.restore(dict(reversed(state.items())), {str(number) for number in open_})
        if closing is None:
            landmarks.add(str(asked), embedding(asked), str(asked))
            open_.add(asked)
            last.append(asked)
            asked += 1
        else:
            landmarks.close(str(closing))
            open_.discard(closing)
        assert held(landmarks) == sorted(open_ | set(last))
