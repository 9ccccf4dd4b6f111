"""Examples taught, corrected, forgotten -> the model knows exactly those that are kept."""

from __future__ import annotations

import numpy as np
import pytest

from stream import exact
from stream.class_change import ClassChange
from stream.examples import Examples
from stream.knowledge import Knowledge
from stream.model import MODELS
from stream.model.committee import Committee
from stream.model.nearest_class_mean import NearestClassMean
from stream.model.softmax_prototypes import SoftmaxPrototypes
from stream.records import ClassNames, Entry, Example, Label, State, Verdict

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


# Classes and examples that go as if they had never been otherwise. Three of six classes are named.

TEXTS = exact.unit(np.random.default_rng(5).standard_normal((80, 16)))
WINDOW = TEXTS[60:]
every_model = pytest.mark.parametrize("model", sorted(MODELS))


def label(row: int) -> str:
    return f"class {(row * row + row // 7) % 6}"


def taught(model: str, keep: int = 100, labels=label, rows=range(60), names=(0, 1, 2)) -> Knowledge:
    """Knowledge of these examples, never refitted."""
    knowledge = Knowledge(MODELS[model](), Examples(keep), Committee())
    knowledge.name(ClassNames(tuple(f"class {number}" for number in names), TEXTS[list(names)], "digest"))
    for row in rows:
        knowledge.teach(Example(str(row), "text", TEXTS[row], labels(row), "ann", labels(row), Verdict.ASK))
    return knowledge


def known(knowledge: Knowledge) -> list[object]:
    """All that can be told of it from outside, classes sorted."""
    model = knowledge.model
    order = sorted(range(len(model.classes)), key=model.classes.__getitem__)
    return [
        [model.classes[column] for column in order],
        model.prototypes[order].tolist(),
        model.label_counts[order].tolist(),
        model.predict(TEXTS).probabilities[:, order].tolist(),
        model.predict(TEXTS).query[:, order].tolist(),
        knowledge.committee(TEXTS)[:, :, order].tolist(),
        [(each.key, each.label, each.predicted) for each in knowledge.examples],
    ]


def restored(model: str, knowledge: Knowledge, keep: int = 100) -> Knowledge:
    back = Knowledge(MODELS[model](), Examples(keep), Committee())
    back.restore({key: entry for key, entry in knowledge.changes().items() if entry is not None})
    return back


@every_model
def test_a_renamed_class_is_as_if_it_had_always_been_called_so(model: str) -> None:
    knowledge = taught(model)
    knowledge.change(ClassChange("class 4", "other"))

    assert known(knowledge) == known(taught(model, labels=lambda row: label(row).replace("class 4", "other")))
    assert known(knowledge) == known(restored(model, knowledge))


@every_model
def test_a_merged_class_is_as_if_it_had_always_been_one(model: str) -> None:
    knowledge = taught(model)
    knowledge.change(ClassChange("class 4", "class 1"))

    twin = known(taught(model, labels=lambda row: label(row).replace("4", "1")))
    assert known(knowledge) == twin
    assert known(knowledge) == known(restored(model, knowledge))


@every_model
def test_a_named_class_that_is_merged_into_another_lends_it_its_name(model: str) -> None:
    knowledge = taught(model)
    assert knowledge.model.classes[1] == "class 1"
    before = knowledge.model.expected[1].tolist()
    knowledge.change(ClassChange("class 1", "class 4"))

    assert knowledge.model.classes[:3] == ("class 0", "class 4", "class 2")
    assert knowledge.model.expected[1].tolist() == before
    assert known(knowledge) == known(restored(model, knowledge))


@every_model
def test_a_removed_class_is_as_if_it_had_never_been(model: str) -> None:
    knowledge = taught(model)
    knowledge.change(ClassChange("class 4", None))

    twin = taught(model, rows=[row for row in range(60) if label(row) != "class 4"])
    assert [each.key for each in knowledge.examples] == [each.key for each in twin.examples]
    assert known(knowledge) == known(twin)
    assert known(knowledge) == known(restored(model, knowledge))


@every_model
def test_all_named_classes_can_go(model: str) -> None:
    knowledge = taught(model)
    for number in range(6):
        knowledge.change(ClassChange(f"class {number}", None))
    assert knowledge.model.classes == ()
    assert knowledge.model.trust == 0.0
    assert len(knowledge.examples) == 0
    knowledge.teach(Example("new", "text", TEXTS[0], "anew", "ann", None, Verdict.ASK))

    assert knowledge.model.predict(TEXTS[:1]).probabilities.tolist() == [[1.0]]


@every_model
def test_a_class_that_is_not_there_can_neither_be_renamed_nor_removed(model: str) -> None:
    knowledge = taught(model)
    for change in (
        lambda: knowledge.change(ClassChange("none", "class 1")),
        lambda: knowledge.change(ClassChange("none", None)),
    ):
        with pytest.raises(ValueError, match="'none' is not a class"):
            change()
    assert known(knowledge) == known(taught(model))


@every_model
def test_what_is_forgotten_is_as_if_it_had_never_been_taught(model: str) -> None:
    knowledge = taught(model)
    assert knowledge.forget(["40", "unknown", "50", "40"]) == 2

    assert known(knowledge) == known(taught(model, rows=[row for row in range(60) if row not in (40, 50)]))
    assert known(knowledge) == known(restored(model, knowledge))
    assert knowledge.version == 61


@every_model
def test_after_an_overflow_all_parts_agree_with_the_examples_that_are_kept(model: str) -> None:
    knowledge = taught(model, keep=20)
    kept = [int(each.key) for each in knowledge.examples]
    counts = dict(zip(knowledge.model.classes, knowledge.model.label_counts.tolist(), strict=True))

    assert len(kept) == 20
    assert counts == {name: sum(label(row) == name for row in kept) for name in counts}
    assert known(knowledge) == known(taught(model, rows=kept))
    assert known(knowledge) == known(restored(model, knowledge, keep=20))
    evidence = knowledge.examples.evidence(knowledge.model.classes, WINDOW)
    assert np.array_equal(evidence.embeddings, TEXTS[kept])
    assert [knowledge.model.classes[column] for column in evidence.classes] == [label(row) for row in kept]
    assert evidence.weights.tolist() == [1.0] * 20


@pytest.mark.parametrize("restarts", [False, True])
def test_a_full_memory_is_refitted_to_as_it_changes(restarts: bool) -> None:
    knowledge, state, window = Knowledge(SoftmaxPrototypes(), Examples(keep=40)), State(), np.stack([EAST, NORTH])
    refits = []
    for row in range(100):
        knowledge.teach(example(str(row), EAST if row % 2 else NORTH, "east" if row % 2 else "north"))
        knowledge.refit_if_due(row, lambda: window)
        if knowledge.job is not None:
            refits.append(row)
            knowledge.adopt(knowledge.job.run())
        if restarts:
            for key, entry in knowledge.changes().items():
                state.pop(key, None) if entry is None else state.update({key: entry})
            knowledge = Knowledge(SoftmaxPrototypes(), Examples(keep=40))
            knowledge.restore(state)

    assert [row for row in refits if row >= 40] == list(range(40, 100, 2))  # each 5% of 40
    assert (knowledge.taught, len(knowledge.examples)) == (100, 40)


def test_a_head_that_is_refused_leaves_no_job_behind() -> None:
    knowledge = Knowledge(SoftmaxPrototypes())
    knowledge.teach(example("1", EAST, "east"))
    knowledge.refit_if_due(1, lambda: np.stack([EAST, NORTH]))
    assert knowledge.job is not None
    fields, arrays = knowledge.job.run()
    assert knowledge.changes()["job"] is not None
    with pytest.raises(ValueError, match="not finite"):
        knowledge.adopt(Entry(fields, {**arrays, "bias": np.array([np.nan], np.float32)}))

    assert knowledge.changes()["job"] is None
