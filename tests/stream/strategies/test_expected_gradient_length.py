"""Probabilities -> expected gradients by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.expected_gradient_length import ExpectedGradientLength


def test_between_two_classes_it_is_four_times_the_product_of_their_probabilities(make_view: Callable) -> None:
    # |p - e_1| = p_2 sqrt(2) and the other way round: 2 p_1 p_2 sqrt(2), at most sqrt(1/2).
    view = make_view([[0.5, 0.5], [0.9, 0.1], [1.0, 0.0]])
    assert ExpectedGradientLength().score(view) == pytest.approx([1.0, 0.36, 0.0])


def test_it_is_a_share_of_the_length_at_uniform_probabilities(make_view: Callable) -> None:
    view = make_view([[1 / 3] * 3, [0.5, 0.5, 0.0]])
    assert ExpectedGradientLength().score(view) == pytest.approx([1.0, np.sqrt(1 / 2) / np.sqrt(2 / 3)])


def test_it_is_the_mean_length_of_the_gradients_written_out(make_view: Callable) -> None:
    chances, embedding = np.array([0.5, 0.2, 0.2, 0.1]), np.array([[0.6, 0.0]], np.float32)
    lengths = [np.linalg.norm(np.outer(chances - label, [0.6, 0.0, 1.0])) for label in np.eye(4)]
    greatest = np.sqrt(3 / 4) * np.sqrt(2)
    assert ExpectedGradientLength().score(make_view([chances], embedding)) == pytest.approx(
        chances @ lengths / greatest
    )


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert ExpectedGradientLength().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
