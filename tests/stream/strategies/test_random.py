"""Places in the stream -> draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stream.strategies.random import Random


def test_draws_are_uniform_and_differ_from_seed_to_seed(make_view: Callable) -> None:
    view = make_view(np.ones((10_000, 1)))
    draws = Random(seed=3).score(view)
    assert abs(draws.mean() - 0.5) < 0.02
    assert (draws >= 0).all()
    assert (draws < 1).all()
    assert not np.array_equal(draws, Random(seed=4).score(view))


def test_a_text_draws_the_same_however_the_stream_is_cut(make_view: Callable) -> None:
    whole = Random(seed=3).score(make_view(np.ones((100, 1)), first=50))
    part = Random(seed=3).score(make_view(np.ones((40, 1)), first=80))
    assert np.array_equal(whole[30:70], part)
