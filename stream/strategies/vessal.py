"""Class probabilities and landmarks -> utility: how much volume a text would add to what was asked about."""

from __future__ import annotations

import numpy as np

from stream import exact, keyed
from stream.records import Doubles, Floats
from stream.strategies.base import Strategy, View

_SKETCHED = 128


class Vessal(Strategy):
    """lambda phi' (lambda I + sum of phi phi' of the landmarks)^-1 phi, in [0, 1] (VeSSAL: Saran et al., 2023).

    The paper's phi is the gradient of the last layer's loss, the outer product of (probabilities - likeliest class) and
    embedding. Here the sum, whose classes a landmark's text need not have had, runs over the embeddings alone, and the
    gradient's other factor scales the utility by its squared length: uncertain texts in directions not yet asked about.
    Embeddings of more than 128 dimensions are projected at random onto so many. The paper's rule for when to ask is the
    budget rule's part here.

    Every utility is computed from the whole sum, never updated by rank one, which would round differently in another
    cut of the stream: the sum is exact, and so are dot products with the rows of the inverse's rounded root.
    """

    def __init__(self, regularisation: float = 1.0) -> None:
        if not regularisation > 0:
            raise ValueError(f"the regularisation is above 0, not {regularisation}")
        self._lambda = regularisation
        self._projection: Floats = np.zeros((0, 0), np.float32)
        self._phi: Floats = np.zeros((0, 0), np.float32)
        self._gradient: Doubles = np.zeros(0)
        self._sum: Doubles = np.zeros((0, 0))

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]; while nothing was asked about, the squared length of the gradient."""
        self._phi = self._sketched(view.embeddings)
        asked = self._sketched(view.asked.reshape(-1, view.embeddings.shape[1])).astype(np.float64)
        self._sum = asked.T @ asked
        self._gradient = _squared_length(view.query_probabilities)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: ARG002  `score` kept what is needed
        """The text being asked is a landmark for the texts behind it."""
        phi = self._phi[row].astype(np.float64)
        self._sum = self._sum + np.outer(phi, phi)
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        within = np.linalg.cholesky(np.eye(len(self._sum)) + self._sum / self._lambda)
        root = exact.weights(np.linalg.inv(within))
        volume: Doubles = ((self._phi[start:] @ root.T).astype(np.float64) ** 2).sum(axis=1)
        return self._gradient[start:] * np.minimum(volume, 1.0)

    def _sketched(self, embeddings: Floats) -> Floats:
        dimension = embeddings.shape[1]
        if dimension <= _SKETCHED:
            return embeddings
        if len(self._projection) != dimension:
            signs = keyed.uniform(keyed.fork(0, "strategy/vessal"), np.arange(_SKETCHED * dimension)) < 0.5
            self._projection = np.where(signs, np.float32(1), np.float32(-1)).reshape(dimension, _SKETCHED)
        return exact.unit(embeddings @ self._projection)


def _squared_length(probabilities: Doubles) -> Doubles:
    """|probabilities - likeliest class|^2, (n,), at most 1 - 1/k; 1 while there are not two classes."""
    if probabilities.shape[1] < 2:
        return np.ones(len(probabilities))
    best = probabilities.max(axis=1)
    squares: Doubles = (probabilities**2).sum(axis=1)
    lengths: Doubles = squares - best**2 + (1.0 - best) ** 2
    return lengths.clip(0.0, 1.0)
