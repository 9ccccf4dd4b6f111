"""Texts before a block -> what each of its texts may look back at, the same however the stream is cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import exact
from stream.strategies import look_back
from stream.strategies.neighbours import mean_cosine

EMBEDDINGS = exact.unit(np.random.default_rng(1).normal(size=(1_300, 6)) + 0.3)


def _view(make_view: Callable, start: int, end: int):
    recent = EMBEDDINGS[max(0, start - look_back.TEXTS) : start]
    return make_view(embeddings=EMBEDDINGS[start:end], recent=recent, first=start)


@pytest.mark.parametrize(("start", "end"), [(0, 40), (3, 30), (499, 560), (700, 1_300)])
def test_mean_cosines_are_those_to_the_last_500_before(make_view: Callable, start: int, end: int) -> None:
    found = mean_cosine(_view(make_view, start, end), look_back.TEXTS, nothing=1.0)
    for row in range(start, end):
        before = EMBEDDINGS[max(0, row - 500) : row]
        expected = (before.astype(np.float64) @ EMBEDDINGS[row]).mean() if row else 1.0
        assert found[row - start] == pytest.approx(expected, abs=1e-12)


def test_mean_cosines_do_not_depend_on_the_cut(make_view: Callable) -> None:
    whole = mean_cosine(_view(make_view, 300, 900), look_back.TEXTS, nothing=1.0)
    for start, end in [(300, 301), (510, 700), (899, 900)]:
        part = mean_cosine(_view(make_view, start, end), look_back.TEXTS, nothing=1.0)
        assert part.tolist() == whole[start - 300 : end - 300].tolist()


@pytest.mark.parametrize(("start", "end"), [(0, 40), (12, 30), (600, 640)])
def test_a_sample_is_of_the_last_multiples_before_each_text(make_view: Callable, start: int, end: int) -> None:
    texts, rows = look_back.sample(_view(make_view, start, end), every=10, size=3)
    for row in range(start, end):
        places = [place for place in range(row) if place % 10 == 0][-3:]
        own = rows[row - start]
        assert own[own >= 0].tolist() == own[len(own) - len(places) :].tolist()
        assert np.array_equal(texts[own[own >= 0]], EMBEDDINGS[places])


def test_a_sample_reaches_no_further_back_than_a_view(make_view: Callable) -> None:
    with pytest.raises(ValueError, match="501"):
        look_back.sample(_view(make_view, 0, 5), every=1, size=501)


def test_numbers_before_are_the_last_ones() -> None:
    found = look_back.before(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]), 2, 0.0)
    assert found.tolist() == [[2.0, 3.0], [3.0, 4.0]]
