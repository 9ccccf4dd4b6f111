"""river's entropy sampler over its linear models -> a peer.

The sampler has no budget: it asks with probability entropy^3, its default. The models see an embedding once, as it is,
with stochastic gradient descent at a rate of 1: river's default of 0.01 is meant for features of unit variance, and is
2 to 40 points worse on vectors of length 1 (trec6, 300 labels: softmax .69 against .61, one-vs-rest .68 against .29).
Classes are predicted from the models' weights at once, which is the same but for rounding, and some hundred times
faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from river.active import EntropySampler
from river.linear_model import LogisticRegression, SoftmaxRegression
from river.multiclass import OneVsRestClassifier
from river.optim import SGD

from services.edges.peers.base import Peer
from stream.records import Floats

_MODELS: Final[Mapping[str, Callable[[], Any]]] = {
    "softmax": lambda: SoftmaxRegression(SGD(1.0)),
    "one_vs_rest": lambda: OneVsRestClassifier(LogisticRegression(SGD(1.0))),
}
CONFIGURATIONS: Final = tuple(_MODELS)
USUAL: Final = CONFIGURATIONS


def build(configuration: str, classes: Sequence[str], budget: float, seed: int) -> Peer:  # noqa: ARG001  it has none
    """The sampler over the model of this name."""
    return RiverSampler(_MODELS[configuration](), seed)


class RiverSampler(Peer):
    """One model and its sampler; asks about every text until it has learned something."""

    def __init__(self, model: Any, seed: int) -> None:
        self._model = model
        self._sampler: Any = EntropySampler(model, seed=seed)

    def wants(self, embedding: Floats) -> bool:
        """As `Peer.wants`."""
        probabilities, asks = self._sampler.predict_proba_one(_features(embedding[0]))
        return bool(asks) or len(probabilities) < 2

    def settle(self, embedding: Floats, asked: bool) -> None:
        """The sampler keeps no account."""

    def learn(self, embeddings: Floats, labels: Sequence[str]) -> None:
        """As `Peer.learn`."""
        for embedding, label in zip(embeddings, labels, strict=True):
            self._sampler.learn_one(_features(embedding), label)

    def predict(self, embeddings: Floats) -> list[str | None]:
        """As `Peer.predict`."""
        classes, weights, biases = self._linear(embeddings.shape[1])
        if not classes:
            return [None] * len(embeddings)
        best = (embeddings @ weights.T + biases).argmax(axis=1)
        return [classes[column] for column in best.tolist()]

    def _linear(self, dimension: int) -> tuple[list[str], Any, Any]:
        """Classes, weights (k, d) and biases (k,) of either model."""
        if isinstance(self._model, SoftmaxRegression):
            by_class = {label: (weights, 0.0) for label, weights in self._model.weights.items()}
        else:
            models = self._model.classifiers
            by_class = {label: (model.weights, model.intercept) for label, model in models.items()}
        rows = [[weights.get(column, 0.0) for column in range(dimension)] for weights, _ in by_class.values()]
        return list(by_class), np.array(rows), np.array([bias for _, bias in by_class.values()])


def _features(embedding: Floats) -> dict[int, float]:
    return dict(enumerate(embedding.tolist()))
