"""Probabilities -> margins by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.margin import Margin


def test_utility_is_one_minus_the_margin_of_the_two_likeliest(make_view: Callable) -> None:
    view = make_view([[0.5, 0.2, 0.3], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2]])
    assert Margin().score(view) == pytest.approx([0.8, 0.3, 1.0])


def test_the_query_map_is_looked_at(make_view: Callable) -> None:
    view = make_view([[0.5, 0.5]], probabilities=np.array([[1.0, 0.0]]))
    assert Margin().score(view).tolist() == [1.0]


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert Margin().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
