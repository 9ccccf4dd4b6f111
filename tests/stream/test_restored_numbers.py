"""Numbers count on alike after a restore, also where the last thing had left: the same bytes are saved."""

from __future__ import annotations

from stream.examples import Examples
from stream.landmarks import Landmarks
from stream.pending import Pending
from stream.records import Changes, State
from tests.stream import test_examples, test_landmarks, test_pending


def fields(changes: Changes) -> list[object]:
    return [(key, entry and entry.fields) for key, entry in changes.items()]


def test_examples_do() -> None:
    examples, state, restored = test_examples.examples_of("xyy"), State(), Examples()
    examples.remove("c")
    test_examples.keep_entries(state, examples.changes())
    restored.restore(state)
    for each in (examples, restored):
        each.add(test_examples.example("d"))

    assert fields(restored.changes()) == fields(examples.changes())


def test_requests_do() -> None:
    pending, state, restored = test_pending.pending_with("1"), State(), Pending()
    test_pending.answer(pending, "1", None)
    test_pending.answer(pending, "1", "a", corrects=True)
    test_pending.keep(state, pending.changes())
    restored.restore(state)
    for each in (pending, restored):
        each.open(test_pending.waiting("2"))

    assert fields(restored.changes()) == fields(pending.changes())


def test_landmarks_do() -> None:
    landmarks, state, restored = test_landmarks.landmarks_with(range(3), keep=2), State(), Landmarks(keep=2)
    landmarks.forget("2")
    test_landmarks.keep_entries(state, landmarks.changes())
    restored.restore(state, {"0", "1"})
    for each in (landmarks, restored):
        each.add("3", test_landmarks.embedding(3), "3")

    assert fields(restored.changes()) == fields(landmarks.changes())
