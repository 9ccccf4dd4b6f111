"""Small regressions -> the minimum that theory names."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.softmax_fit import SoftmaxRegression, fit_softmax


def _zero(classes: int, dimension: int) -> SoftmaxRegression:
    return SoftmaxRegression(np.zeros((classes, dimension), np.float32), np.zeros(classes, np.float32))


def test_bias_alone_fits_the_weighted_class_shares() -> None:
    embeddings = np.zeros((2, 3), np.float32)
    found = fit_softmax(embeddings, np.array([0, 1]), np.array([3.0, 1.0]), _zero(2, 3), penalty=0.1, iterations=50)
    assert found.bias[0] - found.bias[1] == pytest.approx(np.log(3), abs=1e-3)
    assert np.array_equal(found.weights, np.zeros((2, 3)))


def test_the_penalty_balances_the_gradient_at_the_minimum() -> None:
    embeddings, penalty = np.eye(2, dtype=np.float32), 0.05
    found = fit_softmax(embeddings, np.array([0, 1]), np.ones(2), _zero(2, 2), penalty, iterations=100)
    size = found.weights[0, 0]
    wrong = 1 / (1 + np.exp(2 * size))
    assert 0.5 * wrong == pytest.approx(penalty * size, abs=1e-4)
    assert found.weights == pytest.approx(size * np.array([[1, -1], [-1, 1]]), abs=1e-3)


def test_a_warm_start_goes_on_where_the_last_fit_ended() -> None:
    rng = np.random.default_rng(0)
    embeddings, classes = rng.standard_normal((60, 8)).astype(np.float32), rng.integers(0, 4, 60)
    far = fit_softmax(embeddings, classes, np.ones(60), _zero(4, 8), penalty=0.01, iterations=200)
    once = fit_softmax(embeddings, classes, np.ones(60), _zero(4, 8), penalty=0.01, iterations=3)
    on = once
    for _ in range(60):
        on = fit_softmax(embeddings, classes, np.ones(60), on, penalty=0.01, iterations=3)
    assert np.abs(on.weights - far.weights).max() < 0.02 < np.abs(once.weights - far.weights).max()
