"""Keyed labels -> the mean of a committee's members."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stream.model.bagged_prototypes import BaggedPrototypes
from stream.model.committee import Committee


def test_probabilities_are_the_mean_of_the_members(make_world: Callable) -> None:
    world = make_world()
    model, committee = BaggedPrototypes(), Committee()
    for row in range(40):
        for part in (model, committee):
            part.learn(world.embeddings[row], world.label(row), f"key {row}")
    probabilities, query = model.predict(world.embeddings)
    assert np.allclose(probabilities, committee.predict(world.embeddings).mean(axis=0), atol=1e-12)
    assert np.array_equal(probabilities, query)


def test_names_alone_predict(make_world: Callable) -> None:
    world, model = make_world(), BaggedPrototypes()
    model.name(world.names())
    best = model.predict(world.embeddings).probabilities.argmax(axis=1)
    assert np.mean(best == world.labels) > 0.9


def test_state_and_examples_rebuild_the_same_bits_in_any_order(make_world: Callable) -> None:
    world, model, back = make_world(), BaggedPrototypes(), BaggedPrototypes()
    model.learn(world.embeddings[0], "unnamed", "key 0")
    model.name(world.names())
    for row in range(1, 50):
        model.learn(world.embeddings[row], world.label(row), f"key {row}")
    model.unlearn(world.embeddings[7], world.label(7), "key 7")
    back.restore(model.save())
    for row in reversed([row for row in range(1, 50) if row != 7]):
        back.learn(world.embeddings[row], world.label(row), f"key {row}")
    back.learn(world.embeddings[0], "unnamed", "key 0")
    assert back.classes == model.classes
    assert np.array_equal(back.predict(world.embeddings).probabilities, model.predict(world.embeddings).probabilities)
