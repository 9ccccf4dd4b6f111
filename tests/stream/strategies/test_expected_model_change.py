"""Probabilities and prototypes -> expected movements by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import exact
from stream.strategies.expected_model_change import ExpectedModelChange

EAST, NORTH = [1, 0], [0, 1]
AXES = np.array([EAST, NORTH], np.float32)


def _score(make_view: Callable, chances: list[float], counts: tuple[int, ...], prototypes=AXES, trust=0.0) -> float:
    view = make_view([chances], np.array([NORTH], np.float32), counts=counts, prototypes=prototypes, trust=trust)
    (utility,) = ExpectedModelChange().score(view).tolist()
    return utility


def test_a_class_moves_by_less_the_more_labels_it_has(make_view: Callable) -> None:
    # East and north make (1, 1)/sqrt(2), 45 degrees away: |.| = 2 sin(22.5 degrees). Three times east: atan(1/3).
    assert _score(make_view, [1.0, 0.0], (1, 1)) == pytest.approx(2 * np.sin(np.pi / 8))
    assert _score(make_view, [1.0, 0.0], (3, 1)) == pytest.approx(2 * np.sin(np.arctan(1 / 3) / 2))


def test_a_class_that_looks_like_the_text_does_not_move(make_view: Callable) -> None:
    assert _score(make_view, [0.0, 1.0], (1, 1)) == 0.0
    assert _score(make_view, [0.5, 0.5], (1, 1)) == pytest.approx(np.sin(np.pi / 8))


def test_a_class_of_which_nothing_is_known_moves_by_one(make_view: Callable) -> None:
    assert _score(make_view, [1.0, 0.0], (0, 1), np.array([[0, 0], NORTH], np.float32)) == 1.0


def test_a_name_that_is_believed_weighs_as_much_as_two_labels(make_view: Callable) -> None:
    assert _score(make_view, [1.0, 0.0], (0, 1), trust=1.0) == pytest.approx(2 * np.sin(np.arctan(1 / 2) / 2))


def test_a_text_that_contradicts_the_only_label_moves_the_class_by_one(make_view: Callable) -> None:
    assert _score(make_view, [1.0, 0.0], (1, 1), np.array([[0, -1], EAST], np.float32)) == 1.0


def test_it_is_the_movement_that_adding_the_text_would_cause(make_view: Callable) -> None:
    rng = np.random.default_rng(3)
    embeddings, prototypes = exact.unit(rng.normal(size=(20, 8))), exact.unit(rng.normal(size=(4, 8)))
    counts, chances = (1, 2, 3, 9), rng.dirichlet(np.ones(4), 20)
    sums = prototypes * np.array(counts)[:, None]
    moved = sums[None] + embeddings[:, None, :]
    moved /= np.linalg.norm(moved, axis=2, keepdims=True)
    expected = (chances * np.minimum(np.linalg.norm(moved - prototypes, axis=2), 1)).sum(axis=1)
    view = make_view(chances, embeddings, counts=counts, prototypes=prototypes)
    assert ExpectedModelChange().score(view) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert ExpectedModelChange().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
