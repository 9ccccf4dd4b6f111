"""Margins and landmarks -> utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.diversity_cosine import DiversityCosine

EAST, NORTH = [1, 0], [0, 1]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_it_is_the_mean_of_the_margin_and_the_angle_to_landmarks(make_view: Callable) -> None:
    view = make_view([[0.7, 0.3]], _rows([0.6, 0.8]), asked=_rows(EAST, NORTH))
    assert DiversityCosine().score(view) == pytest.approx([(0.6 + 0.2) / 2])
    assert DiversityCosine(0.25).score(view) == pytest.approx([0.25 * 0.6 + 0.75 * 0.2])


def test_an_asked_text_is_a_landmark_for_those_behind_it(make_view: Callable) -> None:
    strategy, view = DiversityCosine(), make_view([[0.5, 0.5]] * 3, _rows(EAST, EAST, NORTH))
    utility = strategy.score(view)
    strategy.asked(view, 0, utility)
    assert utility.tolist() == [1.0, 0.5, 1.0]


def test_a_share_is_from_zero_to_one() -> None:
    with pytest.raises(ValueError, match="not 2"):
        DiversityCosine(2)
