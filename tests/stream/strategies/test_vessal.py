"""Landmarks and gradients -> volumes by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import exact
from stream.strategies.vessal import Vessal

EAST, NORTH = [1, 0], [0, 1]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_volume_falls_in_the_directions_that_were_asked_about(make_view: Callable) -> None:
    # I + 3 EAST EAST' has the inverse diag(1/4, 1).
    view = make_view(embeddings=_rows(EAST, NORTH, [0.6, 0.8]), asked=_rows(EAST, EAST, EAST))
    assert Vessal().score(view) == pytest.approx([0.25, 1.0, 0.36 / 4 + 0.64], abs=1e-3)


def test_regularisation_is_how_much_is_known_of_every_direction(make_view: Callable) -> None:
    view = make_view(embeddings=_rows(EAST, NORTH), asked=_rows(EAST))
    assert Vessal(4.0).score(view) == pytest.approx([0.8, 1.0], abs=1e-3)


def test_it_is_scaled_by_the_gradient(make_view: Callable) -> None:
    # (.7 - 1)^2 + .2^2 + .1^2 = .14; of two classes as likely it is 1/2.
    view = make_view([[0.7, 0.2, 0.1], [0.5, 0.5, 0.0], [1.0, 0.0, 0.0]], _rows(EAST, NORTH, NORTH))
    assert Vessal().score(view) == pytest.approx([0.14, 0.5, 0.0], abs=1e-3)


def test_an_asked_text_takes_volume_from_those_behind_it(make_view: Callable) -> None:
    strategy, view = Vessal(), make_view(embeddings=_rows(EAST, EAST, NORTH))
    utility = strategy.score(view)
    strategy.asked(view, 0, utility)
    assert utility == pytest.approx([1.0, 0.5, 1.0], abs=1e-3)


def test_many_dimensions_are_projected_with_the_same_bits_in_any_cut(make_view: Callable) -> None:
    embeddings = exact.unit(np.random.default_rng(0).standard_normal((60, 300)))
    whole = Vessal().score(make_view(embeddings=embeddings[:40], asked=embeddings[40:]))
    alone = [
        Vessal().score(make_view(embeddings=embeddings[row : row + 1], asked=embeddings[:39:-1])) for row in range(40)
    ]
    assert np.concatenate(alone).tolist() == whole.tolist()
    assert Vessal().score(make_view(embeddings=embeddings[40:], asked=embeddings[40:])).max() < whole.min()


def test_the_regularisation_is_above_zero() -> None:
    with pytest.raises(ValueError, match="0"):
        Vessal(0.0)
