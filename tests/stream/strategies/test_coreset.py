"""Distances to landmarks -> shares of the covering radius by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import exact
from stream.strategies.coreset import Coreset

EAST, NORTH, WEST = [1, 0], [0, 1], [-1, 0]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_it_is_the_distance_as_a_share_of_the_radius(make_view: Callable) -> None:
    # From EAST: WEST lies at 2, NORTH at the root of 2, (.6, .8) at the root of 2 - 1.2.
    view = make_view(embeddings=_rows(NORTH, [0.6, 0.8], EAST, WEST), recent=_rows(WEST), asked=_rows(EAST))
    assert Coreset().score(view) == pytest.approx([np.sqrt(2) / 2, np.sqrt(0.8) / 2, 0.0, 1.0])


def test_the_radius_looks_back_no_further_than_the_window(make_view: Callable) -> None:
    view = make_view(embeddings=_rows(EAST, NORTH), recent=_rows(WEST), asked=_rows(EAST))
    assert Coreset(window=2).score(view) == pytest.approx([0.0, np.sqrt(2) / 2])
    assert Coreset(window=1).score(view).tolist() == [0.0, 1.0]


def test_asking_brings_the_radius_down(make_view: Callable) -> None:
    strategy = Coreset()
    view = make_view(embeddings=_rows(WEST, NORTH, WEST), recent=_rows(WEST), asked=_rows(EAST))
    utility = strategy.score(view)
    assert utility == pytest.approx([1.0, np.sqrt(2) / 2, 1.0])

    strategy.asked(view, 0, utility)
    assert utility == pytest.approx([1.0, 1.0, 0.0])


def test_before_the_first_landmark_all_are_as_far_out(make_view: Callable) -> None:
    assert Coreset().score(make_view(embeddings=_rows(EAST, NORTH))).tolist() == [1.0, 1.0]


def test_where_every_text_is_a_landmark_none_is_far_out(make_view: Callable) -> None:
    assert Coreset().score(make_view(embeddings=_rows(EAST, EAST), asked=_rows(EAST))).tolist() == [0.0, 0.0]


def test_a_text_that_is_a_landmark_is_not_far_out_whatever_its_rounded_length(make_view: Callable) -> None:
    texts = exact.unit(np.random.default_rng(0).normal(size=(50, 384)))
    assert Coreset().score(make_view(embeddings=texts, asked=texts)).tolist() == [0.0] * 50


def test_a_window_holds_a_text() -> None:
    with pytest.raises(ValueError, match="0"):
        Coreset(0)
