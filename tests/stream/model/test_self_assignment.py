"""Unlabelled texts -> sums that lean towards the classes that they look like."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.self_assignment import self_assigned
from stream.model.softmax_fit import SoftmaxRegression

NOTHING = SoftmaxRegression(np.zeros((2, 2), np.float32), np.zeros(2, np.float32))
EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def test_texts_go_to_the_prototypes_that_they_look_like() -> None:
    window = np.array([EAST, EAST, NORTH], np.float32)
    found = self_assigned(window, np.array([EAST, NORTH]), NOTHING, sharpness=50.0, mass=6.0)
    assert found == pytest.approx(np.array([[4.0, 0.0], [0.0, 2.0]]), abs=1e-6)


def test_texts_that_look_like_no_class_are_shared_out_evenly() -> None:
    found = self_assigned(np.array([EAST], np.float32), np.zeros((2, 2)), NOTHING, sharpness=15.0, mass=1.0)
    assert found == pytest.approx(np.array([[0.5, 0.0], [0.5, 0.0]]))


def test_the_regression_has_its_say() -> None:
    regression = SoftmaxRegression(np.zeros((2, 2), np.float32), np.array([50, 0], np.float32))
    found = self_assigned(np.array([EAST], np.float32), np.zeros((2, 2)), regression, sharpness=15.0, mass=1.0)
    assert found == pytest.approx(np.array([[1.0, 0.0], [0.0, 0.0]]))


def test_an_empty_window_adds_nothing() -> None:
    found = self_assigned(np.zeros((0, 2), np.float32), np.eye(2), NOTHING, sharpness=15.0, mass=1.0)
    assert found.tolist() == [[0, 0], [0, 0]]
