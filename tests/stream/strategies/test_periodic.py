"""Places in the stream -> an even spread."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from stream.strategies.periodic import Periodic


def test_utilities_are_multiples_of_the_golden_ratio(make_view: Callable) -> None:
    utility = Periodic().score(make_view(np.ones((4, 1))))
    assert utility == pytest.approx([0.618034, 0.236068, 0.854102, 0.472136], abs=1e-6)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.3])
def test_the_highest_of_any_share_are_evenly_spaced(make_view: Callable, share: float) -> None:
    utility = Periodic().score(make_view(np.ones((20_000, 1))))
    chosen = np.flatnonzero(utility >= 1 - share).tolist()
    gaps = [later - earlier for earlier, later in pairwise(chosen)]
    assert len(set(gaps)) <= 3
    assert max(gaps) <= 2.7 / share
    assert min(gaps) >= 0.38 / share
    assert len(chosen) == pytest.approx(20_000 * share, abs=3)


def test_far_along_the_stream_the_spread_is_as_even(make_view: Callable) -> None:
    utility = Periodic().score(make_view(np.ones((1_000, 1)), first=2**52))
    assert np.histogram(utility, 10, (0, 1))[0] == pytest.approx([100] * 10, abs=2)
