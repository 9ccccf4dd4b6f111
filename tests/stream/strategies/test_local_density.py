"""Texts on a circle -> who is whose nearest so far, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stream.strategies.local_density import nearest_so_far


def at(*degrees: float):
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_a_text_is_nearest_to_those_that_met_none_nearer(make_view: Callable) -> None:
    # 40 is nearer to 0 and to 90 than they are to each other. Then 10 is nearer to 0 than 40 is, and nearer to 40
    # (whose nearest was 0) than 0 is, but not to 90.
    view = make_view(embeddings=at(40, 10), recent=at(0, 90))
    assert nearest_so_far(view, 3).tolist() == [[False, True, True], [True, False, True]]


def test_whom_a_text_met_before_the_block_counts(make_view: Callable) -> None:
    view = make_view(embeddings=at(20), recent=at(0, 10))
    assert nearest_so_far(view, 1).tolist() == [[False]]  # 10 met 0, as near as 20 is
    assert nearest_so_far(make_view(embeddings=at(19), recent=at(0, 10)), 1).tolist() == [[True]]


def test_what_is_beyond_the_window_is_forgotten(make_view: Callable) -> None:
    view = make_view(embeddings=at(0, 90, 80), recent=at(90, 0))
    assert nearest_so_far(view, 1).tolist() == [[True], [False], [True]]


def test_the_first_text_is_nobodys_nearest(make_view: Callable) -> None:
    assert nearest_so_far(make_view(embeddings=at(0)), 4).tolist() == [[False] * 4]
