"""A sample of the last texts -> how much surer a label makes of them, by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.expected_error_reduction import ExpectedErrorReduction

EAST, NORTH, BETWEEN = [1, 0], [0, 1], [0.6, 0.8]
AXES = np.array([EAST, NORTH], np.float32)


def _score(
    make_view: Callable, chances: list[float], recent: list, first: int, counts=(1, 1), taken=(0.4, 0.6)
) -> float:
    """The utility of a text in the north, where earlier texts are ``taken`` for east and for north like this."""
    view = make_view(
        [chances],
        AXES[1:],
        recent=np.array(recent, np.float32).reshape(-1, 2),
        first=first,
        counts=counts,
        prototypes=AXES,
        ask=lambda others: np.tile(taken, (len(others), 1)),
    )
    (utility,) = ExpectedErrorReduction().score(view).tolist()
    return utility


def _fall(mass: float) -> float:
    """How much surer the text between becomes where the north is labelled east: its odds of east rise."""
    cosine = (mass * 0.6 + 0.8) / np.hypot(mass, 1)
    odds = 0.4 / 0.6 * np.exp(15 * (cosine - 0.6))
    return odds / (1 + odds) - 0.6


def test_a_label_that_moves_no_prototype_makes_nothing_surer(make_view: Callable) -> None:
    assert _score(make_view, [0.0, 1.0], [BETWEEN], first=1) == 0.5


def test_a_label_that_moves_one_is_worth_what_the_sample_gains(make_view: Callable) -> None:
    assert _score(make_view, [1.0, 0.0], [BETWEEN], first=1) == pytest.approx(0.5 + _fall(1) / 2)
    assert _score(make_view, [1.0, 0.0], [BETWEEN], first=1, counts=(4, 1)) == pytest.approx(0.5 + _fall(4) / 2)


def test_labels_count_by_their_probability(make_view: Callable) -> None:
    assert _score(make_view, [0.25, 0.75], [BETWEEN], first=1) == pytest.approx(0.5 + 0.25 * _fall(1) / 2)


def test_only_every_seventh_place_of_the_stream_is_looked_at(make_view: Callable) -> None:
    # Of places 6 to 8, place 7 alone is a multiple of 7.
    assert _score(make_view, [1.0, 0.0], [NORTH, BETWEEN, NORTH], first=9) == pytest.approx(0.5 + _fall(1) / 2)


def test_what_makes_others_less_sure_is_worth_less_than_nothing(make_view: Callable) -> None:
    # A text in the east, taken for east with 0.4: from a cosine of 1 to sqrt(1/2), its odds of north rise.
    odds = 0.4 / 0.6 * np.exp(15 * (np.sqrt(0.5) - 1))
    assert _score(make_view, [1.0, 0.0], [EAST], first=1) == pytest.approx(0.5 + (1 / (1 + odds) - 0.6) / 2)


def test_what_turns_others_to_their_second_class_makes_them_as_sure_as_that_becomes(make_view: Callable) -> None:
    # A text in the east, taken for east with 0.6: from a cosine of 1 to sqrt(1/2), its odds of east fall below one.
    odds = 0.6 / 0.4 * np.exp(15 * (np.sqrt(0.5) - 1))
    score = _score(make_view, [1.0, 0.0], [EAST], first=1, taken=(0.6, 0.4))
    assert score == pytest.approx(0.5 + (1 / (1 + odds) - 0.6) / 2)


def test_with_no_text_to_be_surer_of_any_is_worth_asking(make_view: Callable) -> None:
    assert _score(make_view, [1.0, 0.0], [], first=0) == 1.0
    assert _score(make_view, [1.0, 0.0], [BETWEEN], first=2) == 1.0


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert ExpectedErrorReduction().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
