"""Keyed examples -> members that differ, exactly undoable."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import exact
from stream.class_change import ClassChange
from stream.model.committee import Committee

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def _taught(world, rows: range, members: int = 5) -> Committee:
    committee = Committee(members)
    for row in rows:
        committee.learn(world.embeddings[row], world.label(row), f"key {row}")
    return committee


def test_how_often_members_learn_is_poisson_distributed() -> None:
    committee = Committee(members=5)
    times = np.concatenate([committee.times(f"key {number}") for number in range(2_000)])
    shares = np.bincount(times, minlength=4)[:4] / len(times)
    assert shares == pytest.approx([0.3679, 0.3679, 0.1839, 0.0613], abs=0.015)
    assert times.mean() == pytest.approx(1.0, abs=0.03)


def test_a_key_always_says_the_same_and_seeds_differ() -> None:
    assert Committee(seed=1).times("a").tolist() == Committee(seed=1).times("a").tolist()
    keys = [str(number) for number in range(20)]
    one, other = ([Committee(seed=seed).times(key).tolist() for key in keys] for seed in (1, 2))
    assert one != other


def test_a_member_is_the_softmax_of_fifteen_times_the_cosines_to_its_own_means() -> None:
    committee = Committee(members=8)
    for key, embedding, label in (("1", EAST, "east"), ("2", NORTH, "east"), ("3", NORTH, "north")):
        committee.learn(embedding, label, key)
    one, two, three = (committee.times(key) for key in "123")
    east = np.stack([one, two], axis=1) / np.maximum(np.hypot(one, two), 1)[:, None]
    logits = 15 * np.stack([east[:, 1], np.where(three > 0, 1.0, 0.0)], axis=1)
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert len(np.unique(expected, axis=0)) > 2
    assert committee.predict(NORTH[None])[:, 0] == pytest.approx(expected, abs=2e-3)


def test_a_member_without_an_example_falls_back_on_what_the_names_make_one_expect() -> None:
    committee = Committee(members=3)
    committee.arrange(("east", "north"), np.stack([EAST, NORTH]).astype(np.float64))
    assert committee.predict(EAST[None])[:, 0, 0] == pytest.approx(1 / (1 + np.exp(-15)))


def test_what_is_taken_back_leaves_nothing(make_world: Callable) -> None:
    world = make_world()
    committee, twin = _taught(world, range(40)), _taught(world, range(20))
    for row in reversed(range(20, 40)):
        committee.unlearn(world.embeddings[row], world.label(row), f"key {row}")
    assert np.array_equal(committee.predict(world.embeddings), twin.predict(world.embeddings))


def test_the_order_of_the_examples_does_not_matter(make_world: Callable) -> None:
    world = make_world()
    there, back = _taught(world, range(40)), _taught(world, range(39, -1, -1))
    back.arrange(there.classes, np.zeros((5, 32)))
    assert np.array_equal(back.predict(world.embeddings), there.predict(world.embeddings))


def test_members_disagree(make_world: Callable) -> None:
    world = make_world(noise=0.6)
    votes = _taught(world, range(30)).predict(world.embeddings).argmax(axis=2)
    assert 0.05 < np.mean((votes != votes[0]).any(axis=0)) < 0.95


def test_merged_classes_are_as_if_they_had_always_been_one(make_world: Callable) -> None:
    world = make_world()
    merged, twin = _taught(world, range(40)), Committee()
    merged.change(ClassChange("class-3", "class-1"), np.zeros((4, 32)))
    for row in range(40):
        twin.learn(world.embeddings[row], world.label(row).replace("3", "1"), f"key {row}")
    twin.arrange(merged.classes, np.zeros((4, 32)))
    assert np.array_equal(merged.predict(world.embeddings), twin.predict(world.embeddings))


def test_a_row_has_the_same_bits_in_every_batch(make_world: Callable) -> None:
    world = make_world(classes=40, texts=600, dimension=384)
    committee = _taught(world, range(120))
    whole = committee.predict(world.embeddings)
    for size in (1, 7, 256):
        parts = [committee.predict(world.embeddings[at : at + size]) for at in range(0, 600, size)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


@pytest.mark.parametrize(("classes", "texts"), [(0, 3), (1, 1), (500, 2)])
def test_any_number_of_classes_is_predicted(classes: int, texts: int) -> None:
    committee = Committee()
    embeddings = exact.unit(np.random.default_rng(0).standard_normal((max(1, classes), 8)))
    for row in range(classes):
        committee.learn(embeddings[row], f"class {row}", f"key {row}")
    members = committee.predict(embeddings[:1].repeat(texts, axis=0))
    assert members.shape == (5, texts, classes)
    if classes:
        assert members.sum(axis=2) == pytest.approx(np.ones((5, texts)))


def test_a_committee_of_none_says_nothing(make_world: Callable) -> None:
    world = make_world()
    committee = _taught(world, range(10), members=0)
    assert committee.predict(world.embeddings).shape == (0, 300, len(committee.classes))


def test_fewer_than_no_members_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more members, not -1"):
        Committee(members=-1)
