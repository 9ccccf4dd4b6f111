"""Names, labels and refits -> predictions that are right, exact and rebuildable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from stream import exact
from stream.model.base import Evidence
from stream.model.penalty_choice import USUAL, Penalty
from stream.model.prototype_refit import PrototypeRefit
from stream.model.softmax_prototypes import SoftmaxPrototypes
from stream.records import Entry


def _taught(world, examples: int, named: bool = False, shift: int = 0) -> SoftmaxPrototypes:
    """Refitted whenever due."""
    model = SoftmaxPrototypes()
    if named:
        model.name(world.names(shift))
    for row in range(examples):
        model.learn(world.embeddings[row], world.label(row))
        if model.refit_due(row + 1):
            model.adopt(model.refit(world.evidence(model.classes, row + 1), row + 1).run())
    return model


def _accuracy(model: SoftmaxPrototypes, world) -> float:
    best = model.predict(world.embeddings).probabilities.argmax(axis=1)
    return float(np.mean([model.classes[column] == world.label(row) for row, column in enumerate(best)]))


def _same(one: SoftmaxPrototypes, other: SoftmaxPrototypes, world) -> bool:
    return all(map(np.array_equal, one.predict(world.embeddings), other.predict(world.embeddings)))


def test_an_untrained_model_predicts_no_class(make_world: Callable) -> None:
    model, world = SoftmaxPrototypes(), make_world()
    assert model.predict(world.embeddings).probabilities.shape == (300, 0)
    assert model.classes == ()
    assert not model.refit_due(1000)


def test_names_alone_predict(make_world: Callable) -> None:
    world = make_world()
    assert _accuracy(_taught(world, 0, named=True), world) > 0.9


def test_labels_alone_predict(make_world: Callable) -> None:
    world = make_world()
    assert _accuracy(_taught(world, 50), world) > 0.95


def test_predictions_lean_to_the_classes_of_the_latest_labels_and_the_query_map_does_not(make_world: Callable) -> None:
    world = make_world()
    rows = sorted(range(100), key=world.label)

    def taught(order: list[int]) -> SoftmaxPrototypes:
        model = SoftmaxPrototypes()
        for row in order:
            model.learn(world.embeddings[row], world.label(row))
        index = [model.classes.index(world.label(row)) for row in order]
        evidence = Evidence(world.embeddings[order], np.array(index), np.ones(len(order)), world.embeddings[100:200])
        model.adopt(model.refit(evidence, 200).run())
        return model

    forward, backward = taught(rows), taught(rows[::-1])
    latest, first = world.label(rows[-1]), world.label(rows[0])
    middle = (world.embeddings[rows[0]] + world.embeddings[rows[-1]])[None] / 2

    def share(model: SoftmaxPrototypes, label: str, query: bool = False) -> float:
        return float(model.predict(middle)[query][0, model.classes.index(label)])

    assert share(forward, latest) > 1.5 * share(backward, latest)
    assert share(backward, first) > 1.5 * share(forward, first)
    assert share(forward, latest, query=True) == pytest.approx(share(backward, latest, query=True), rel=0.05)


def test_wrong_names_are_found_out(make_world: Callable) -> None:
    world = make_world()
    model = _taught(world, 50, named=True, shift=1)
    assert model.trust == 0.0
    assert _accuracy(model, world) > 0.95


def test_one_label_moves_predictions_at_once(make_world: Callable) -> None:
    world = make_world(classes=2)
    model = _taught(world, 4)
    before = model.predict(world.embeddings[10:11]).probabilities
    model.learn(world.embeddings[10], world.label(10))
    after = model.predict(world.embeddings[10:11]).probabilities
    column = model.classes.index(world.label(10))
    assert after[0, column] > before[0, column]


def test_probabilities_sum_to_one(make_world: Callable) -> None:
    world = make_world()
    for probabilities in _taught(world, 30, named=True).predict(world.embeddings):
        assert probabilities.sum(axis=1) == pytest.approx(np.ones(300), abs=1e-12)


@pytest.mark.parametrize("named", [False, True])
def test_a_row_has_the_same_bits_in_every_batch(make_world: Callable, named: bool) -> None:
    world = make_world(classes=40, texts=1000, dimension=384)
    model = _taught(world, 90, named)
    whole = model.predict(world.embeddings)
    for size in (1, 7, 256):
        parts = [model.predict(world.embeddings[at : at + size]) for at in range(0, 1000, size)]
        assert np.array_equal(np.concatenate([part.probabilities for part in parts]), whole.probabilities)
        assert np.array_equal(np.concatenate([part.query for part in parts]), whole.query)


def test_unlearning_undoes_learning_bit_for_bit(make_world: Callable) -> None:
    world = make_world()
    model, twin = _taught(world, 40, named=True), _taught(world, 40, named=True)
    for row in range(40, 90):
        model.learn(world.embeddings[row], world.label(row))
    model.predict(world.embeddings[:5])
    for row in range(40, 90):
        model.unlearn(world.embeddings[row], world.label(row))
    assert _same(model, twin, world)


@pytest.mark.parametrize("named", [False, True])
def test_state_and_examples_rebuild_the_same_bits(make_world: Callable, named: bool) -> None:
    world = make_world()
    model = _taught(world, 73, named)
    back = SoftmaxPrototypes()
    back.restore(model.save())
    for row in reversed(range(73)):
        back.learn(world.embeddings[row], world.label(row))
    assert _same(model, back, world)
    assert (back.classes, back.trust) == (model.classes, model.trust)
    assert back.label_counts.tolist() == model.label_counts.tolist()
    assert [back.refit_due(texts) for texts in (73, 100, 2000)] == [model.refit_due(texts) for texts in (73, 100, 2000)]


def test_a_refit_goes_on_with_the_penalty_of_the_head_and_a_rebuild_with_the_usual_one(make_world: Callable) -> None:
    world = make_world()
    model = _taught(world, 30)
    job = model.refit(world.evidence(model.classes, 30), 30)
    model.adopt(replace(job, penalty=Penalty(0.25, 240)).run())

    assert model.refit(world.evidence(model.classes, 30), 30).penalty == Penalty(0.25, 240)
    rebuilt = model.rebuild(world.evidence(model.classes, 30), 30)
    assert isinstance(rebuilt, PrototypeRefit)
    assert rebuilt.penalty == USUAL


def test_the_state_of_an_untrained_model_restores_it(make_world: Callable) -> None:
    model, world = SoftmaxPrototypes(), make_world()
    model.restore(SoftmaxPrototypes().save())
    model.learn(world.embeddings[0], "first")
    assert model.predict(world.embeddings).probabilities.tolist() == [[1.0]] * 300


@pytest.mark.parametrize("array", ["weights", "bias", "unlabelled", "mean"])
def test_a_head_that_is_not_finite_is_refused_and_nothing_changes(make_world: Callable, array: str) -> None:
    world = make_world()
    model, twin = _taught(world, 30), _taught(world, 30)
    fields, arrays = model.refit(world.evidence(model.classes, 30), 30).run()
    with pytest.raises(ValueError, match="not finite"):
        model.adopt(Entry(fields, {**arrays, array: arrays[array] * np.float32(np.nan)}))
    assert _same(model, twin, world)


def test_a_class_that_appeared_during_a_refit_keeps_its_prototype(make_world: Callable) -> None:
    world = make_world()
    model = _taught(world, 40)
    job = model.refit(world.evidence(model.classes, 40), 40)
    newcomer = exact.unit(-world.embeddings[:1] - world.embeddings[1:2])
    model.learn(newcomer[0], "newcomer")
    model.adopt(job.run())
    best = model.predict(newcomer).probabilities.argmax()
    assert model.classes[best] == "newcomer"


def test_names_that_come_late_go_first_and_labels_stay(make_world: Callable) -> None:
    world = make_world()
    model = SoftmaxPrototypes()
    model.learn(world.embeddings[0], "unnamed")
    model.learn(world.embeddings[1], world.label(1))
    model.name(world.names())
    assert model.classes == (*world.names().names, "unnamed")
    assert model.label_counts[model.classes.index("unnamed")] == 1
    assert model.label_counts[model.classes.index(world.label(1))] == 1
    assert model.refit_due(2)


@pytest.mark.parametrize(("change", "first"), [(SoftmaxPrototypes.learn, 100), (SoftmaxPrototypes.unlearn, 0)])
def test_a_refit_is_due_after_five_percent_more_or_fewer_labels(
    make_world: Callable, change: Callable, first: int
) -> None:
    world = make_world()
    model = _taught(world, 0, named=True)
    for row in range(100):
        model.learn(world.embeddings[row], world.label(row))
    model.refit(world.evidence(model.classes, 100), 2000)
    due = []
    for row in range(first, first + 6):
        due.append(model.refit_due(2000))
        change(model, world.embeddings[row], world.label(row))
    assert due == [False, False, False, False, False, True]


def test_a_new_class_makes_a_refit_due_in_a_young_model(make_world: Callable) -> None:
    world = make_world()
    model = SoftmaxPrototypes()
    for row in range(300):
        model.learn(world.embeddings[row], world.label(row))
    model.refit(world.evidence(model.classes, 300), 300)
    assert not model.refit_due(300)
    model.learn(world.embeddings[0], "new")
    assert model.refit_due(300)


def test_with_names_early_texts_make_refits_due_without_a_label(make_world: Callable) -> None:
    world, model = make_world(), SoftmaxPrototypes()
    model.name(world.names())
    due = []
    for texts in range(0, 3000, 50):
        if model.refit_due(texts):
            due.append(texts)
            model.refit(world.evidence(model.classes, 0), texts)
    assert due == [50, 100, 200, 500, 1000]


def test_a_saved_job_goes_on_to_the_same_head(make_world: Callable) -> None:
    world = make_world()
    model = _taught(world, 30, named=True)
    job = model.refit(world.evidence(model.classes, 30), 30)
    again = model.restore_job(job.save()).run()
    assert all(np.array_equal(again.arrays[name], array) for name, array in job.run().arrays.items())


def test_queries_see_no_confidence_that_comes_from_unlabelled_texts(make_world: Callable) -> None:
    world = make_world(noise=0.3)
    model = _taught(world, 8)
    probabilities, query = model.predict(world.embeddings)
    assert query.max(axis=1).mean() < probabilities.max(axis=1).mean()


def test_between_refits_a_label_changes_the_rows_of_its_class_alone(
    make_world: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(classes=9)
    model = _taught(world, 27, named=True)
    made, weights = list[int](), exact.weights
    monkeypatch.setattr(exact, "weights", lambda rows: made.append(len(rows)) or weights(rows))
    model.predict(world.embeddings)
    made.clear()
    for row in (30, 31, 31):
        model.learn(world.embeddings[row], world.label(row))
    model.predict(world.embeddings)
    model.predict(world.embeddings)
    assert world.label(30) != world.label(31)
    assert made == [2, 2]
