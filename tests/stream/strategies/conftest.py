"""Arrays -> views."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.shingles import as_rows, sketch
from stream.strategies.base import View


@pytest.fixture
def make_view() -> Callable[..., View]:
    def make(
        query=None,
        embeddings=None,
        probabilities=None,
        recent=None,
        asked=None,
        counts=(),
        trust=0.0,
        first=0,
        prototypes=None,
        committee=None,
        texts=None,
        ask=None,
        asked_texts=(),
    ) -> View:
        rows = len(query) if query is not None else len(embeddings)
        query = np.zeros((rows, 0)) if query is None else np.asarray(query, np.float64)
        embeddings = np.tile(np.array([[1, 0]], np.float32), (rows, 1)) if embeddings is None else embeddings
        nothing = np.zeros((0, embeddings.shape[1]), np.float32)
        return View(
            positions=np.arange(first, first + rows),
            texts=[""] * rows if texts is None else texts,
            embeddings=embeddings,
            probabilities=query if probabilities is None else probabilities,
            query_probabilities=query,
            recent=lambda: nothing if recent is None else recent,
            asked=nothing if asked is None else asked,
            label_counts=np.array(counts or [0] * query.shape[1], np.int64),
            trust=trust,
            prototypes=lambda: (
                np.zeros((query.shape[1], embeddings.shape[1]), np.float32) if prototypes is None else prototypes
            ),
            query=ask or (lambda others: np.full((len(others), query.shape[1]), 1 / max(1, query.shape[1]))),
            asked_sketches=lambda: as_rows([sketch(text) for text in asked_texts]),
            committee=lambda: np.zeros((0, *query.shape)) if committee is None else np.asarray(committee, np.float64),
        )

    return make
