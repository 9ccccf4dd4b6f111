"""Prototypes and confusions -> synthetic queries, and nearness to them by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from stream.strategies.query_synthesis import QuerySynthesis

EAST, NORTH, UP = [1, 0, 0], [0, 1, 0], [0, 0, 1]
AXES = np.array([EAST, NORTH, UP], np.float32)
HALF = np.sqrt(0.5)
NORTH_EAST, UP_EAST = [HALF, HALF, 0], [HALF, 0, HALF]


def _view(make_view: Callable, texts: list, confused: list, asked: Sequence = (), first: int = 100):
    """Texts from place ``first`` on, where the model sees the given probabilities in all texts before."""
    return make_view(
        np.tile(confused, (len(texts), 1)),
        np.array(texts, np.float32),
        recent=np.tile(AXES[:1], (100, 1)),
        asked=np.array(asked, np.float32).reshape(-1, 3),
        counts=(1, 1, 1),
        prototypes=AXES,
        first=first,
        ask=lambda others: np.tile(confused, (len(others), 1)),
    )


def test_utility_is_the_nearness_to_what_lies_midway_between_confused_classes(make_view: Callable) -> None:
    view = _view(make_view, [NORTH_EAST, EAST, UP_EAST, UP], [0.5, 0.5, 0.0])
    assert QuerySynthesis().score(view) == pytest.approx([1.0, HALF, 0.5, 0.0], abs=1e-3)


def test_a_query_counts_for_what_its_nearest_landmark_leaves_of_it(make_view: Callable) -> None:
    view = _view(make_view, [NORTH_EAST, EAST], [0.5, 0.5, 0.0], asked=[UP, NORTH])
    assert QuerySynthesis().score(view) == pytest.approx([1 - HALF, HALF * (1 - HALF)], abs=1e-3)


def test_a_text_that_is_not_in_doubt_itself_stands_in_for_no_query(make_view: Callable) -> None:
    view = _view(make_view, [NORTH_EAST] * 2, [0.5, 0.5, 0.0])
    view.query_probabilities[:] = [[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]]
    assert QuerySynthesis().score(view) == pytest.approx([0.0, 0.75], abs=1e-3)


def test_asking_serves_the_query_for_those_behind(make_view: Callable) -> None:
    strategy, view = QuerySynthesis(), _view(make_view, [NORTH_EAST, EAST, NORTH_EAST], [0.5, 0.5, 0.0])
    utility = strategy.score(view)
    strategy.asked(view, 1, utility)
    assert utility == pytest.approx([1.0, HALF, 1 - HALF], abs=1e-3)
    strategy.asked(view, 0, utility)
    assert utility == pytest.approx([1.0, 0.0, 0.0], abs=2e-3)


def test_the_pairs_most_in_doubt_are_asked_about(make_view: Callable) -> None:
    rng = np.random.default_rng(0)
    prototypes = np.eye(9, dtype=np.float32)
    chances = np.zeros((101, 9))
    for row in range(101):  # 35 pairs are in little doubt each, the last one in much
        pair = [7, 8] if row >= 35 else [int(place) for place in divmod(row % 35, 7)]
        chances[row, pair[0]] += 0.5 if row >= 35 else 0.9
        chances[row, pair[1]] += 0.5 if row >= 35 else 0.1
    order = rng.permutation(100)
    middle = np.zeros((1, 9), np.float32)
    middle[0, 7:] = HALF
    view = make_view(
        chances[-1:], middle, recent=np.tile(prototypes[:1], (100, 1)), counts=[1] * 9, prototypes=prototypes,
        first=100, ask=lambda others: chances[order],
    )  # fmt: skip
    assert QuerySynthesis().score(view) == pytest.approx([1.0], abs=1e-3)


def test_queries_are_renewed_every_hundred_texts(make_view: Callable) -> None:
    texts = [UP_EAST] * 130
    view = _view(make_view, texts, [0.5, 0.5, 0.0], first=190)
    view.query_probabilities[:10] = [0.5, 0.0, 0.5]
    utility = QuerySynthesis().score(view)
    assert utility[:10] == pytest.approx([0.5] * 10, abs=1e-3)
    assert utility[10:] == pytest.approx([1.0] * 120, abs=1e-3)


def test_before_there_is_a_query_any_text_is_worth_asking(make_view: Callable) -> None:
    view = make_view(np.full((3, 2), 0.5), counts=(1, 1), first=20)
    strategy = QuerySynthesis()
    utility = strategy.score(view)
    strategy.asked(view, 0, utility)
    assert utility.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert QuerySynthesis().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
