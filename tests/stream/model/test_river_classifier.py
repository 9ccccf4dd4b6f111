"""Examples in their order -> what river's classifier says after exactly those."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from river.linear_model import SoftmaxRegression
from river.naive_bayes import GaussianNB
from river.optim import SGD

from stream.class_change import ClassChange
from stream.model.river_classifier import RiverClassifier

MAKES = {"softmax": lambda: SoftmaxRegression(SGD(1.0)), "naive bayes": GaussianNB}
every_classifier = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)


def _taught(make, world, rows, label=lambda label: label) -> RiverClassifier:
    model = RiverClassifier(make)
    for row in rows:
        model.learn(world.embeddings[row], label(world.label(row)), f"key {row}")
    return model


def _same(one: RiverClassifier, other: RiverClassifier, world) -> bool:
    assert one.classes == other.classes
    return np.array_equal(one.predict(world.embeddings).probabilities, other.predict(world.embeddings).probabilities)


@every_classifier
def test_probabilities_are_rivers(make_world: Callable, make) -> None:
    world, alone = make_world(), make()
    for row in range(40):
        alone.learn_one(dict(enumerate(world.embeddings[row].tolist())), world.label(row))
    model = _taught(make, world, range(40))
    probabilities, query = model.predict(world.embeddings)
    said = alone.predict_proba_one(dict(enumerate(world.embeddings[50].tolist())))
    assert probabilities[50] == pytest.approx([said[label] for label in model.classes])
    assert np.array_equal(probabilities, query)
    assert (
        np.mean(
            [model.classes[best] for best in probabilities.argmax(axis=1)]
            == np.array([world.label(row) for row in range(300)])
        )
        > 0.9
    )


@every_classifier
def test_before_any_example_all_classes_are_alike(make_world: Callable, make) -> None:
    world, model = make_world(), RiverClassifier(make)
    assert model.predict(world.embeddings).probabilities.shape == (300, 0)
    model.name(world.names())
    assert model.predict(world.embeddings[:1]).probabilities.tolist() == [[0.2] * 5]


@every_classifier
def test_what_is_taken_back_leaves_the_others_in_their_order(make_world: Callable, make) -> None:
    world = make_world()
    model = _taught(make, world, range(40))
    model.predict(world.embeddings)
    model.unlearn(world.embeddings[7], world.label(7), "key 7")
    model.learn(world.embeddings[40], world.label(40), "key 40")
    assert _same(model, _taught(make, world, [row for row in range(41) if row != 7]), world)


@every_classifier
def test_a_relabelled_example_stays_in_its_place(make_world: Callable, make) -> None:
    world = make_world()
    model, twin = _taught(make, world, range(40)), RiverClassifier(make)
    model.relabel(world.embeddings[20], world.label(20), "class-0", "key 20")
    for row in range(40):
        twin.learn(world.embeddings[row], "class-0" if row == 20 else world.label(row), f"key {row}")
    assert _same(model, twin, world)


@every_classifier
def test_a_merged_class_is_as_if_it_had_always_been_one(make_world: Callable, make) -> None:
    world = make_world()
    model = _taught(make, world, range(40))
    model.change(ClassChange("class-3", "class-1"))
    assert _same(model, _taught(make, world, range(40), lambda label: label.replace("3", "1")), world)


@every_classifier
def test_state_and_examples_rebuild_the_same_bits(make_world: Callable, make) -> None:
    world = make_world()
    model, back = _taught(make, world, range(40)), RiverClassifier(make)
    back.restore(model.save())
    for row in range(40):
        back.learn(world.embeddings[row], world.label(row), f"key {row}")
    assert _same(model, back, world)


def test_an_example_that_is_not_there_cannot_be_taken_back(make_world: Callable) -> None:
    world = make_world()
    model = _taught(GaussianNB, world, range(3))
    with pytest.raises(ValueError, match="no such example"):
        model.unlearn(world.embeddings[0], world.label(0), "key 1")
    assert model.label_counts.sum() == 3
