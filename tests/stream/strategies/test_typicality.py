"""Neighbours -> densities by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.typicality import Typicality


def test_it_is_the_mean_cosine_to_the_nearest_of_the_window(make_view: Callable) -> None:
    recent = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], np.float32)
    view = make_view(embeddings=np.array([[1, 0], [0, 1]], np.float32), recent=recent)
    assert Typicality(neighbours=2).score(view) == pytest.approx([0.8, 0.9])


def test_neighbours_must_fit_into_the_window() -> None:
    with pytest.raises(ValueError, match="6"):
        Typicality(window=5, neighbours=6)
