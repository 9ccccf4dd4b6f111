"""The packaged data set -> its texts with their MiniLM embeddings, encoded once for each machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from services import assembly
from services.edges.datasets import BANKING77, Row, load
from services.edges.embedding_cache import CachedEncoder, cache_directory
from services.edges.settings_sources import load_settings
from services.edges.terminal import progress
from stream.records import Floats

_BLOCK_TEXTS = 1_000


def rows() -> list[Row]:
    """All rows, in an order that mixes the classes."""
    data = load(BANKING77, labelled=True)
    return [data.rows[place] for place in np.random.default_rng(0).permutation(len(data))]


def embeddings(rows: Sequence[Row]) -> Floats:
    """The embedding of each of `rows`, (n, d), by the default encoder."""
    settings = load_settings()
    encoder = CachedEncoder(
        assembly.encoder_name(settings), lambda: assembly.build_encoder(settings), cache_directory()
    )
    parts = []
    with progress("encoding, once for each machine", len(rows)) as advance:
        for start in range(0, len(rows), _BLOCK_TEXTS):
            parts.append(encoder.encode([row.text for row in rows[start : start + _BLOCK_TEXTS]]))
            advance(len(parts[-1]))
    return np.concatenate(parts)


def first_of_each_class(rows: Sequence[Row], count: int) -> list[int]:
    """Where the first ``count`` rows of each class stand."""
    seen: Counter[str | None] = Counter()
    chosen = []
    for place, row in enumerate(rows):
        seen[row.label] += 1
        if seen[row.label] <= count:
            chosen.append(place)
    return chosen
