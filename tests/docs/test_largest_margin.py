"""Probabilities -> margins by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.docs.largest_margin import LargestMargin


def test_utility_falls_with_the_distance_of_the_last_from_the_first(make_view: Callable) -> None:
    view = make_view([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2]])
    assert LargestMargin().score(view) == pytest.approx([0.75, 0.3, 0.8])


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert LargestMargin().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
