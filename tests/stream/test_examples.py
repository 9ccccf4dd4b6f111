"""Examples are kept in the order in which they came, and the most frequent class makes room."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from weakref import ref

import numpy as np
import pytest

from stream.examples import Examples
from stream.records import Changes, Entry, Example, State, Verdict


def example(key: str, label: str = "spam") -> Example:
    embedding = np.array([ord(key[0]) / 2048, 1.0], np.float32)
    return Example(key, f"text {key}", embedding, label, "ann", None, Verdict.ASK)


def examples_of(labels: str, keep: int = 100) -> Examples:
    """The examples a, b, c ... with these labels."""
    examples = Examples(keep)
    for place, label in enumerate(labels):
        examples.add(example(chr(ord("a") + place), label))
    return examples


def keys(examples: Examples) -> str:
    return "".join(each.key for each in examples)


def makes_room(examples: Examples, key: str, label: str) -> str | None:
    """The key of the example that leaves for this one."""
    leaving = examples.add(example(key, label))
    return leaving.key if leaving else None


def keep_entries(state: State, changes: Changes) -> None:
    for key, entry in changes.items():
        if entry is None:
            state.pop(key, None)
        else:
            state[key] = Entry(json.loads(json.dumps(entry.fields)), dict(entry.arrays))


def test_an_example_is_found_under_its_key() -> None:
    examples = examples_of("x")

    found, sent = examples.get("a"), example("a", "x")
    assert found is not None
    assert asdict(found) | {"embedding": None} == asdict(sent) | {"embedding": None}
    assert (found.embedding.dtype, found.embedding.tolist()) == (np.float32, sent.embedding.tolist())
    assert examples.get("b") is None
    assert len(examples) == 1


def test_an_example_does_not_keep_the_batch_that_it_came_with() -> None:
    batch = np.ones((256, 2), np.float32)
    examples, alive = Examples(), ref(batch)
    examples.add(replace(example("a"), embedding=batch[7]))
    del batch

    assert alive() is None
    assert examples.remove("a").embedding.tolist() == [1.0, 1.0]


def test_a_key_is_used_once() -> None:
    with pytest.raises(ValueError, match="a is an example already"):
        examples_of("x").add(example("a"))


def test_the_oldest_of_the_most_frequent_class_makes_room() -> None:
    examples = examples_of("xyyx", keep=4)

    assert makes_room(examples, "e", "y") == "a"
    assert makes_room(examples, "f", "y") == "b"
    assert keys(examples) == "cdef"


def test_a_class_that_lost_its_examples_does_not_make_room_again() -> None:
    examples = examples_of("xxy", keep=2)
    assert keys(examples) == "bc"

    examples.remove("b")
    assert makes_room(examples, "e", "y") is None
    assert makes_room(examples, "f", "z") == "c"


def test_a_corrected_example_keeps_its_place_and_changes_class() -> None:
    examples = examples_of("xyz", keep=3)
    changed = examples.relabel("a", "z", "bob")

    assert (changed.label, changed.reviewer, changed.text) == ("z", "bob", "text a")
    assert keys(examples) == "abc"
    assert makes_room(examples, "d", "y") == "a"


def test_evidence_names_classes_by_their_columns_and_weighs_examples_alike() -> None:
    window = np.array([[0.5, 0.5]], np.float32)
    evidence = examples_of("xyx").evidence(("y", "x"), window)
    window[:] = 0.0

    assert evidence.classes.tolist() == [1, 0, 1]
    assert evidence.weights.tolist() == [1.0, 1.0, 1.0]
    assert evidence.embeddings.tolist() == [[97 / 2048, 1.0], [98 / 2048, 1.0], [99 / 2048, 1.0]]
    assert evidence.window.tolist() == [[0.5, 0.5]]


def test_evidence_weighs_a_reviewer_who_contradicts_predictions_that_others_confirm_less() -> None:
    examples = Examples()
    for number in range(200):
        reviewer, label = ("eve", "y") if number % 2 else ("ann", "x")
        embedding, verdict = np.array([1.0, 0.0], np.float32), Verdict.AUDIT if number % 3 else Verdict.ASK
        examples.add(Example(str(number), "text", embedding, label, reviewer, "x", verdict))
    examples.add(Example("given", "text", embedding, "y", "", "x", Verdict.SKIP))
    weights = examples.evidence(("x", "y"), np.zeros((0, 2), np.float32)).weights

    assert set(weights[:200:2]) == {weights[200]} == {1.0}
    assert 0.05 <= weights[1:200:2].min() == weights[1:200:2].max() < 0.1


def test_evidence_without_examples_has_the_width_of_the_window() -> None:
    evidence = Examples().evidence((), np.zeros((4, 7), np.float32))

    assert evidence.embeddings.shape == (0, 7)


def test_changes_are_told_once() -> None:
    examples = examples_of("xy", keep=1)
    (entry,) = examples.changes().values()

    assert entry is not None
    assert entry.fields["key"] == ["b"]
    assert examples.changes() == {}


def test_restored_examples_go_on_in_their_order() -> None:
    examples, state = examples_of("xyy", keep=4), State()
    keep_entries(state, examples.changes())
    examples.relabel("a", "z", "bob")
    examples.remove("b")
    examples.add(example("d", "y"))
    keep_entries(state, examples.changes())
    restored = Examples(keep=4)
    restored.restore(dict(reversed(state.items())))

    assert keys(restored) == keys(examples) == "acd"
    assert restored.changes() == {}
    for each in (examples, restored):
        assert [makes_room(each, "e", "y"), makes_room(each, "f", "z")] == [None, "c"]
        assert keys(each) == "adef"
    assert np.array_equal(
        restored.evidence(("y", "z"), np.zeros((0, 2), np.float32)).embeddings,
        examples.evidence(("y", "z"), np.zeros((0, 2), np.float32)).embeddings,
    )


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one example must be kept, not 0"):
        Examples(keep=0)
