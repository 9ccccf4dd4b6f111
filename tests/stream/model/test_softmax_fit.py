"""Small regressions -> the minimum that theory names."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.softmax_fit import SoftmaxRegression, TrainingRows, fit_softmax
from stream.records import Doubles, Floats, Integers


def _zero(classes: int, dimension: int) -> SoftmaxRegression:
    return SoftmaxRegression(np.zeros((classes, dimension), np.float32), np.zeros(classes, np.float32))


def _rows(embeddings: Floats, classes: Integers, weights: Doubles | None = None) -> TrainingRows:
    weights = np.ones(len(classes)) if weights is None else weights
    return TrainingRows(embeddings, classes, weights, np.zeros((len(classes), classes.max() + 1), np.float32))


def test_bias_alone_fits_the_weighted_class_shares() -> None:
    embeddings = np.zeros((2, 3), np.float32)
    found = fit_softmax(
        _rows(embeddings, np.array([0, 1]), np.array([3.0, 1.0])), _zero(2, 3), penalty=0.1, iterations=50
    )
    assert found.bias[0] - found.bias[1] == pytest.approx(np.log(3), abs=1e-3)
    assert np.array_equal(found.weights, np.zeros((2, 3)))


def test_the_penalty_balances_the_gradient_at_the_minimum() -> None:
    embeddings, penalty = np.eye(2, dtype=np.float32), 0.05
    found = fit_softmax(_rows(embeddings, np.array([0, 1])), _zero(2, 2), penalty, iterations=100)
    size = found.weights[0, 0]
    wrong = 1 / (1 + np.exp(2 * size))
    assert 0.5 * wrong == pytest.approx(penalty * size, abs=1e-4)
    assert found.weights == pytest.approx(size * np.array([[1, -1], [-1, 1]]), abs=1e-3)


def test_a_warm_start_goes_on_where_the_last_fit_ended() -> None:
    rng = np.random.default_rng(0)
    rows = _rows(rng.standard_normal((60, 8)).astype(np.float32), rng.integers(0, 4, 60))
    far = fit_softmax(rows, _zero(4, 8), penalty=0.01, iterations=200)
    once = fit_softmax(rows, _zero(4, 8), penalty=0.01, iterations=3)
    on = once
    for _ in range(60):
        on = fit_softmax(rows, on, penalty=0.01, iterations=3)
    assert np.abs(on.weights - far.weights).max() < 0.02 < np.abs(once.weights - far.weights).max()


def test_what_the_offsets_say_is_not_learned_again() -> None:
    rows = _rows(np.zeros((2, 3), np.float32), np.array([0, 1]), np.array([3.0, 1.0]))
    offsets = np.array([[np.log(3), 0]] * 2, np.float32)
    found = fit_softmax(rows._replace(offsets=offsets), _zero(2, 3), penalty=0.1, iterations=50)
    assert found.bias == pytest.approx(np.zeros(2), abs=1e-3)


def test_joined_rows_stand_behind_each_other() -> None:
    one, other = (
        _rows(np.ones((1, 2), np.float32), np.array([1])),
        _rows(np.zeros((2, 2), np.float32), np.array([0, 1])),
    )
    both = one.joined(other)
    assert both.classes.tolist() == [1, 0, 1]
    assert [len(column) for column in both] == [3, 3, 3, 3]
