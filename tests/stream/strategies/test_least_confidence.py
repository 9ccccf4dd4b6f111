"""Probabilities -> doubts by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.least_confidence import LeastConfidence


def test_utility_is_one_minus_the_likeliest(make_view: Callable) -> None:
    view = make_view([[0.5, 0.2, 0.3], [0.1, 0.1, 0.8]], probabilities=np.eye(3)[:2])
    assert LeastConfidence().score(view) == pytest.approx([0.5, 0.2])


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert LeastConfidence().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
