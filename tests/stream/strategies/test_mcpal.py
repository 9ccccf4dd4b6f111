"""Labels nearby -> expected gains, by hand and by the paper's sum over all labels that may come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod

import numpy as np
import pytest

from stream.strategies.mcpal import McPAL, performance_gain

EAST, NORTH = [1, 0], [0, 1]


def _performance(frequencies: np.ndarray, labels: int) -> float:
    """Equation of the paper: expected accuracy after so many labels more, over each sequence of them."""
    total = 0.0
    for sequence in product(range(len(frequencies)), repeat=labels):
        came = np.bincount(np.array(sequence, int), minlength=len(frequencies))
        decision = int(np.argmax(frequencies + came))
        draws = np.append(np.repeat(np.arange(len(came)), came), decision)
        counts, terms = frequencies + 1.0, []
        for label in draws:
            terms.append(counts[label] / counts.sum())
            counts[label] += 1.0
        total += prod(terms)
    return total


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_it_is_the_gain_of_the_paper_as_a_share_of_that_without_labels(classes: int) -> None:
    rng = np.random.default_rng(classes)
    places = np.vstack([np.zeros(classes), rng.uniform(0, 2, (20, classes))])
    gains = []
    for place in places:
        now = _performance(place, 0)
        gains.append(max(_performance(place, 1) - now, (_performance(place, 2) - now) / 2))
    assert gains[0] == pytest.approx((classes - 1) / (classes * (classes + 1)))
    assert max(gains) == gains[0]
    assert performance_gain(places) == pytest.approx(np.array(gains) / gains[0])


def test_one_more_label_gains_nothing_where_it_decides_nothing() -> None:
    # With 3 labels against 2, one more only draws level. Two overtake: their chance is 3/7 4/8, and the gain from then
    # on 5/9 - 4/9. With 9 against none, two decide nothing either.
    gains = performance_gain(np.array([[3.0, 2.0], [3.0, 1.5], [9.0, 0.0]]))
    assert gains[0] == pytest.approx(6 * (3 * 4 * 1 / (7 * 8 * 9)) / 2)
    assert gains[1] == pytest.approx(6 * (2.5 * 3.5 * 0.5 / (6.5 * 7.5 * 8.5)) / 2)
    assert gains[2] == 0.0


def test_labels_nearby_are_those_of_probable_and_near_classes(make_view: Callable) -> None:
    prototypes, recent = np.array([EAST, NORTH], np.float32), np.array([EAST, NORTH], np.float32)
    view = make_view([[0.5, 0.5]], np.array([EAST], np.float32), counts=(2, 8), prototypes=prototypes, recent=recent)
    # East has 0.5 * 2 * 1 labels here, north 0.5 * 8 * 0: one in all, half of it for each class; density is 1/2.
    assert McPAL().score(view) == pytest.approx(performance_gain(np.array([[0.5, 0.5]])) / 2)


def test_a_text_unlike_all_others_is_worth_nothing(make_view: Callable) -> None:
    view = make_view([[0.5, 0.5]], np.array([EAST], np.float32), recent=np.array([NORTH, [-1, 0]], np.float32))
    assert McPAL().score(view).tolist() == [0.0]


@pytest.mark.parametrize("classes", [0, 1])
def test_without_a_choice_every_text_is_worth_asking(make_view: Callable, classes: int) -> None:
    assert McPAL().score(make_view(np.ones((3, classes)))).tolist() == [1.0, 1.0, 1.0]
