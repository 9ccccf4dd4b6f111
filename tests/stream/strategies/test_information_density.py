"""Entropy and neighbours -> utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.information_density import InformationDensity

EAST, NORTH, WEST, EVEN = [1, 0], [0, 1], [-1, 0], [0.5, 0.5]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_it_is_entropy_times_the_mean_cosine_to_the_window(make_view: Callable) -> None:
    view = make_view([EVEN, [1.0, 0.0]], _rows([0.6, 0.8], EAST), recent=_rows(EAST, EAST, NORTH, WEST))
    assert InformationDensity().score(view) == pytest.approx([(0.6 + 0.6 + 0.8 - 0.6) / 4, 0.0])


def test_beta_is_a_power_of_the_density_alone(make_view: Callable) -> None:
    view = make_view([EVEN], _rows([0.6, 0.8]), recent=_rows(EAST))
    assert InformationDensity(beta=2).score(view) == pytest.approx([0.36])


def test_the_window_moves_with_the_texts_of_the_block(make_view: Callable) -> None:
    view = make_view([EVEN] * 3, _rows(EAST, NORTH, NORTH), recent=_rows(EAST, NORTH, EAST))
    assert InformationDensity(window=2).score(view).tolist() == [0.5, 0.0, 0.5]


@pytest.mark.parametrize("wrong", [{"window": 0}, {"beta": -1.0}])
def test_a_window_holds_a_text_and_beta_is_not_negative(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        InformationDensity(**wrong)
