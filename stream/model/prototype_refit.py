"""Examples, names and the unlabelled window -> a new head: the refit of `softmax_prototypes` as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stream.model.base import Evidence
from stream.model.head import Head
from stream.model.linear_maps import unit_rows
from stream.model.names import NamePrior
from stream.model.softmax_fit import SoftmaxRegression, fit_softmax
from stream.records import Doubles, Entry, Floats, Integers

SHARPNESS = 15.0
"""What a cosine to a prototype counts for among the logits."""
NAME_MASS = 2.0
"""How many examples a class's fully trusted name counts as."""
_PRIOR_STRENGTH = 0.5
_PENALTY = 0.1
_UNLABELLED_MASS = 2.0
_SELF_ASSIGNMENTS = 2
_NAME_WEIGHT = 3.0
_NAME_DECAY = 0.2


@dataclass(frozen=True)
class PrototypeRefit:
    """A refit that is due: for ``classes``, of which the first were named, starting from ``start``."""

    classes: tuple[str, ...]
    names: NamePrior
    start: SoftmaxRegression
    evidence: Evidence

    @property
    def size(self) -> int:
        """Examples x classes."""
        return len(self.evidence.classes) * len(self.classes)

    def run(self) -> Entry:
        """The new head, for `SoftmaxPrototypes.adopt`."""
        evidence = self.evidence
        mean = _mean(evidence.window, self.start.weights.shape[1])
        trust = self.names.trust(evidence.embeddings, evidence.classes, mean)
        regression = self._regression(mean, trust)
        unlabelled = self._unlabelled(regression, mean, trust)
        return Head(self.classes, regression, unlabelled, mean, trust).entry()

    def _regression(self, mean: Floats, trust: float) -> SoftmaxRegression:
        """Classes weigh as the square root of their examples; each name is one more example, and fades among them."""
        evidence, named = self.evidence, len(self.names)
        counts = np.bincount(evidence.classes, evidence.weights, len(self.classes)).astype(np.float64)
        name_weights: Doubles = _NAME_WEIGHT * trust / (1.0 + _NAME_DECAY * counts[:named])
        balance = counts.copy()
        balance[:named] += name_weights
        if trust > 0:
            rows = np.concatenate([evidence.embeddings, self.names.rows(mean)])
            classes = np.concatenate([evidence.classes, np.arange(named)])
            weights = np.concatenate([evidence.weights, name_weights])
        else:
            rows, classes, weights = evidence.embeddings, evidence.classes, evidence.weights
        return fit_softmax(
            rows, classes, weights * balance[classes] ** -0.5, self.start, _PENALTY / float(weights.sum())
        )

    def _unlabelled(self, regression: SoftmaxRegression, mean: Floats, trust: float) -> Floats:
        """The sums of the window's texts, shared out among the classes that they look like."""
        evidence, named = self.evidence, len(self.names)
        counts = np.bincount(evidence.classes, minlength=len(self.classes))
        expected = np.zeros(self.start.weights.shape)
        np.add.at(expected, evidence.classes, evidence.embeddings)
        expected[:named] += NAME_MASS * trust * self.names.prototypes(mean)
        mass = _UNLABELLED_MASS * (len(evidence.classes) + NAME_MASS * trust * named) / max(1, len(evidence.window))
        bias = regression.bias + log_prior(counts, named)
        found: Doubles = np.zeros_like(expected)
        for _ in range(_SELF_ASSIGNMENTS):
            weights = regression.weights + SHARPNESS * unit_rows(expected + found)
            logits = evidence.window @ weights.T.astype(np.float32) + bias
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            found = mass * (shares.T @ evidence.window)
        return found.astype(np.float32)

    def save(self) -> Entry:
        """The job as state; embeddings as float16, which holds them exactly."""
        evidence = self.evidence
        arrays: dict[str, NDArray[Any]] = {
            "embeddings": evidence.embeddings.astype(np.float16),
            "classes": evidence.classes,
            "example_weights": evidence.weights,
            "window": evidence.window.astype(np.float16),
            "directions": self.names.directions,
            "weights": self.start.weights,
            "bias": self.start.bias,
        }
        return Entry({"classes": list(self.classes)}, arrays)

    @staticmethod
    def parse(entry: Entry) -> PrototypeRefit:
        """The job that `save` described."""
        arrays = entry.arrays
        evidence = Evidence(
            embeddings=arrays["embeddings"].astype(np.float32),
            classes=arrays["classes"],
            weights=arrays["example_weights"],
            window=arrays["window"].astype(np.float32),
        )
        start = SoftmaxRegression(arrays["weights"], arrays["bias"])
        return PrototypeRefit(tuple(entry.fields["classes"]), NamePrior(arrays["directions"]), start, evidence)


def log_prior(counts: Integers, named: int) -> Doubles:
    """Half the log of each class's share of the labels, (k,), smoothed: more so where classes were named in advance."""
    return _PRIOR_STRENGTH * np.log(counts.astype(np.float64) + (2.0 if named else 0.5))


def _mean(window: Floats, dimension: int) -> Floats:
    return window.mean(axis=0, dtype=np.float64).astype(np.float32) if len(window) else np.zeros(dimension, np.float32)
