"""Margins of the last texts by the present model -> ranks by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.ranking import Ranking


def _with_margins(*margins: float) -> np.ndarray:
    return np.array([[(1 + margin) / 2, (1 - margin) / 2] for margin in margins]).reshape(-1, 2)


def _asked_about(make_view: Callable, own: tuple[float, ...], earlier: tuple[float, ...]):
    """A view of texts with these margins, whose model sees the given ones in the texts before."""
    recent = np.zeros((len(earlier), 2), np.float32)
    recent[:, 0] = earlier
    return make_view(_with_margins(*own), recent=recent, ask=lambda others: _with_margins(*others[:, 0].tolist()))


def test_utility_is_the_share_of_the_last_texts_that_are_less_uncertain(make_view: Callable) -> None:
    view = _asked_about(make_view, (0.25,), (0.5, 0.75, 0.125, 1.0))
    assert Ranking().score(view).tolist() == [0.75]


def test_texts_of_its_own_block_count_for_those_behind_them(make_view: Callable) -> None:
    view = _asked_about(make_view, (0.5, 0.25, 0.75, 0.0), ())
    assert Ranking().score(view).tolist() == [1.0, 1.0, 0.0, 1.0]


def test_equals_count_half(make_view: Callable) -> None:
    view = _asked_about(make_view, (0.5, 0.5), (0.5, 0.75))
    assert Ranking().score(view).tolist() == [0.75, pytest.approx(2 / 3)]


def test_no_more_than_the_last_500_are_looked_at(make_view: Callable) -> None:
    view = _asked_about(make_view, (0.5, 0.5), (0.25, 0.25, *[0.75] * 499))
    assert Ranking().score(view).tolist() == [pytest.approx(499 / 500), pytest.approx(499.5 / 500)]


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert Ranking().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
