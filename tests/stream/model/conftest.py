"""Nothing -> small worlds of texts in a few well separated classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from stream import exact
from stream.model.base import Evidence
from stream.records import ClassNames, Floats, Integers


@dataclass(frozen=True)
class World:
    """Texts (n, d) with their classes (n,), and class centres (k, d) that can serve as names."""

    embeddings: Floats
    labels: Integers
    centres: Floats

    def label(self, row: int) -> str:
        return f"class-{self.labels[row]}"

    def names(self, shift: int = 0) -> ClassNames:
        centres = np.roll(self.centres, shift, axis=0)
        return ClassNames(tuple(f"class-{k}" for k in range(len(centres))), centres, f"digest-{shift}")

    def evidence(self, classes: tuple[str, ...], examples: int, window: int = 100) -> Evidence:
        indices = np.array([classes.index(self.label(row)) for row in range(examples)], np.int64)
        return Evidence(
            self.embeddings[:examples], indices, np.ones(examples), self.embeddings[len(self.embeddings) - window :]
        )


@pytest.fixture
def make_world() -> Callable[..., World]:
    def make(classes: int = 5, texts: int = 300, dimension: int = 32, noise: float = 0.15, seed: int = 1) -> World:
        rng = np.random.default_rng(seed)
        centres = exact.unit(rng.standard_normal((classes, dimension)))
        labels = rng.integers(0, classes, texts)
        embeddings = exact.unit(centres[labels] + noise * rng.standard_normal((texts, dimension)))
        return World(embeddings, labels, centres)

    return make
