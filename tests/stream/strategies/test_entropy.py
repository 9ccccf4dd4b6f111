"""Probabilities -> entropies by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.entropy import Entropy


def test_entropy_is_a_share_of_the_most_that_the_classes_allow(make_view: Callable) -> None:
    view = make_view([[0.25] * 4, [1, 0, 0, 0], [0.5, 0.5, 0, 0]], probabilities=np.eye(4)[:3])
    assert Entropy().score(view) == pytest.approx([1.0, 0.0, 0.5])


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert Entropy().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
