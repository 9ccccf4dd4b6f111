"""Labels and names -> class means, and the probabilities of cosines to them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.model.nearest_class_mean import NearestClassMean
from stream.records import ClassNames

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def test_an_untrained_model_predicts_no_class() -> None:
    assert NearestClassMean().predict(np.stack([EAST, NORTH])).probabilities.shape == (2, 0)


def test_probabilities_are_the_softmax_of_fifteen_times_the_cosines() -> None:
    model = NearestClassMean()
    model.learn(EAST, "east")
    model.learn(NORTH, "north")
    probabilities, query = model.predict(EAST[None])
    assert probabilities[0, 0] == pytest.approx(1 / (1 + np.exp(-15)))
    assert np.array_equal(probabilities, query)


def test_a_name_counts_as_one_example() -> None:
    named, taught = NearestClassMean(), NearestClassMean()
    named.name(ClassNames(("east", "north"), np.stack([EAST, NORTH]), "digest"))
    taught.learn(EAST, "east")
    taught.learn(NORTH, "north")
    named.learn(NORTH, "east")
    taught.learn(NORTH, "east")
    assert np.array_equal(named.predict(NORTH[None]).probabilities, taught.predict(NORTH[None]).probabilities)
    assert named.label_counts.tolist() == [1, 0]


def test_state_and_examples_rebuild_the_same_bits_in_any_order(make_world: Callable) -> None:
    world = make_world()
    model = NearestClassMean()
    model.learn(world.embeddings[0], "unnamed")
    model.name(world.names())
    for row in range(1, 50):
        model.learn(world.embeddings[row], world.label(row))
    model.learn(world.embeddings[50], "newcomer")
    model.unlearn(world.embeddings[7], world.label(7))
    back = NearestClassMean()
    back.restore(model.save())
    back.learn(world.embeddings[50], "newcomer")
    for row in reversed([row for row in range(1, 50) if row != 7]):
        back.learn(world.embeddings[row], world.label(row))
    back.learn(world.embeddings[0], "unnamed")
    assert back.classes == model.classes == (*world.names().names, "unnamed", "newcomer")
    assert np.array_equal(back.predict(world.embeddings).probabilities, model.predict(world.embeddings).probabilities)


def test_a_refit_is_never_due() -> None:
    model = NearestClassMean()
    model.learn(EAST, "east")
    assert not model.refit_due(1000)
