"""Examples taught, corrected, forgotten -> the model knows exactly those that are kept."""

from __future__ import annotations

import numpy as np

from stream.examples import Examples
from stream.knowledge import Knowledge
from stream.model.nearest_class_mean import NearestClassMean
from stream.records import ClassNames, Example, Label, State, Verdict

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def example(key: str, embedding: np.ndarray, label: str) -> Example:
    return Example(key, "text", embedding, label, "ann", None, Verdict.ASK)


def test_what_the_model_was_taught_is_what_is_kept() -> None:
    knowledge = Knowledge(NearestClassMean(), Examples(keep=2))
    for key, label in (("1", "east"), ("2", "east"), ("3", "north")):
        knowledge.teach(example(key, EAST if label == "east" else NORTH, label))

    assert [each.key for each in knowledge.examples] == ["2", "3"]
    assert knowledge.model.label_counts.tolist() == [1, 1]
    assert knowledge.version == 3


def test_a_correction_moves_an_example_from_one_class_to_the_other() -> None:
    knowledge = Knowledge(NearestClassMean())
    knowledge.teach(example("1", EAST, "east"))
    knowledge.correct(Label("1", "north", "bob", 0, corrects=True))

    assert knowledge.model.label_counts.tolist() == [0, 1]
    assert [(each.label, each.reviewer) for each in knowledge.examples] == [("north", "bob")]


def test_names_are_taken_once_for_each_digest() -> None:
    knowledge, names = Knowledge(NearestClassMean()), ClassNames(("east",), EAST[None], "digest")

    assert [knowledge.name(names), knowledge.name(names)] == [True, False]


def test_a_restored_one_knows_the_same() -> None:
    knowledge, state = Knowledge(NearestClassMean()), State()
    knowledge.name(ClassNames(("east", "north"), np.stack([EAST, NORTH]), "digest"))
    knowledge.teach(example("1", EAST, "east"))
    for key, entry in knowledge.changes().items():
        if entry is not None:
            state[key] = entry
    restored = Knowledge(NearestClassMean())
    restored.restore(state)

    texts = np.stack([EAST, NORTH])
    assert np.array_equal(restored.model.predict(texts).query, knowledge.model.predict(texts).query)
    assert restored.version == 1
    assert not restored.name(ClassNames(("east",), EAST[None], "digest"))
