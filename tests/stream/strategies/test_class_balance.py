"""Margins and label counts -> utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.class_balance import ClassBalance


def test_margins_weigh_by_how_few_labels_the_probable_classes_have(make_view: Callable) -> None:
    view = make_view([[0.6, 0.4], [0.4, 0.6]], counts=(3, 0))
    # Margins are 0.8; weights of the classes 1/4 and 1.
    assert ClassBalance().score(view) == pytest.approx([0.8 * (0.6 / 4 + 0.4), 0.8 * (0.4 / 4 + 0.6)])


def test_where_labels_are_balanced_it_is_the_margin(make_view: Callable) -> None:
    view = make_view([[0.6, 0.4], [0.1, 0.9]], counts=(7, 7))
    assert ClassBalance().score(view) == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert ClassBalance().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
