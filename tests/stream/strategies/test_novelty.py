"""Landmarks -> novelties by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.novelty import Novelty

EAST, NORTH, WEST = [1, 0], [0, 1], [-1, 0]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_it_is_one_minus_the_cosine_to_the_nearest_landmark(make_view: Callable) -> None:
    view = make_view(embeddings=_rows([0.6, 0.8], EAST, WEST), asked=_rows(EAST, NORTH))
    assert Novelty().score(view) == pytest.approx([0.2, 0.0, 1.0])


def test_everything_is_new_at_first_and_what_is_asked_is_not_new_again(make_view: Callable) -> None:
    strategy, view = Novelty(), make_view(embeddings=_rows(EAST, EAST, [0.6, 0.8]))
    utility = strategy.score(view)
    assert utility.tolist() == [1.0, 1.0, 1.0]

    strategy.asked(view, 0, utility)
    assert utility == pytest.approx([1.0, 0.0, 0.4])
