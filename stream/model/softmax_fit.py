"""Examples -> softmax regression, by a few warm-started steps of L-BFGS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from stream.records import Doubles, Floats, Integers


class SoftmaxRegression(NamedTuple):
    """``logits = embeddings @ weights.T + bias``: weights (k, d), bias (k,)."""

    weights: Floats
    bias: Floats


class TrainingRows(NamedTuple):
    """What a regression is fitted to: n rows.

    ``embeddings`` (n, d), ``classes`` (n,) in 0..k-1, ``weights`` (n,) positive, and ``offsets`` (n, k), what is added
    to the logits and not learned.
    """

    embeddings: Floats
    classes: Integers
    weights: Doubles
    offsets: Floats

    def joined(self, other: TrainingRows) -> TrainingRows:
        """These rows and the others behind them."""
        return TrainingRows(
            np.concatenate([self.embeddings, other.embeddings]),
            np.concatenate([self.classes, other.classes]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.offsets, other.offsets]),
        )


def fit_softmax(
    rows: TrainingRows, start: SoftmaxRegression, penalty: float, iterations: int = 10
) -> SoftmaxRegression:
    """Minimise the weighted mean cross-entropy + (penalty / 2) * |weights|², from ``start`` on.

    Row weights may be of any scale. Few iterations from a good start are as good as convergence: the stream refits
    again before the difference would tell.
    """
    embeddings, classes, offsets = rows.embeddings, rows.classes, rows.offsets
    shape = start.weights.shape
    shares = (rows.weights / rows.weights.sum()).astype(np.float32)
    index = np.arange(len(classes))

    def loss_and_gradient(point: Doubles) -> tuple[float, Doubles]:
        weights, bias = _unpack(point, shape)
        logits = embeddings @ weights.T + bias + offsets
        logits -= logits.max(axis=1, keepdims=True)
        right = logits[index, classes]
        np.exp(logits, out=logits)
        totals = logits.sum(axis=1)
        loss = float(shares @ (np.log(totals) - right)) + penalty / 2 * float(np.sum(weights * weights))
        errors = logits * (shares / totals)[:, None]
        errors[index, classes] -= shares
        gradient = SoftmaxRegression(errors.T @ embeddings + np.float32(penalty) * weights, errors.sum(axis=0))
        return loss, _pack(gradient)

    found = minimize(
        loss_and_gradient, _pack(start), jac=True, method="L-BFGS-B", options={"maxiter": iterations, "maxcor": 8}
    )
    return _unpack(found.x, shape)


def _pack(regression: SoftmaxRegression) -> Doubles:
    return np.concatenate([regression.weights.ravel(), regression.bias]).astype(np.float64)


def _unpack(point: Doubles, shape: tuple[int, ...]) -> SoftmaxRegression:
    values = point.astype(np.float32)
    return SoftmaxRegression(values[: -shape[0]].reshape(shape), values[-shape[0] :])
