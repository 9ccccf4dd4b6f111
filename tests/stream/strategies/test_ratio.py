"""Probabilities -> ratios by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.ratio import Ratio


def test_utility_is_the_second_probability_as_a_share_of_the_first(make_view: Callable) -> None:
    view = make_view([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2]])
    assert Ratio().score(view) == pytest.approx([0.5, 0.125, 1.0])


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert Ratio().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
