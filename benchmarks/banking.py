"""The packaged data set -> its texts with their MiniLM embeddings, encoded once for each machine."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from services import assembly
from services.edges.datasets import BANKING77, Dataset, Row, load
from services.edges.settings import Settings
from stream.records import Floats

_CACHE = Path(tempfile.gettempdir()) / "sluice-benchmarks"


def texts() -> tuple[list[Row], Floats]:
    """All rows with their embeddings (n, d), in an order that mixes the classes."""
    data = load(BANKING77, labelled=True)
    order = np.random.default_rng(0).permutation(len(data))
    return [data.rows[row] for row in order], _embeddings(data)[order]


def first_of_each_class(rows: Sequence[Row], count: int) -> list[int]:
    """Where the first ``count`` rows of each class stand."""
    seen: Counter[str | None] = Counter()
    chosen = []
    for place, row in enumerate(rows):
        seen[row.label] += 1
        if seen[row.label] <= count:
            chosen.append(place)
    return chosen


def _embeddings(data: Dataset) -> Floats:
    path = _CACHE / f"{data.name}-minilm-{data.digest[:16]}.npy"
    if not path.exists():
        print(f"Encoding {len(data):,} texts once, for about a minute", file=sys.stderr)
        encoded = assembly.build_encoder(Settings()).encode([row.text for row in data.rows])
        path.parent.mkdir(exist_ok=True)
        np.save(path, encoded.astype(np.float16))
    embeddings: Floats = np.load(path).astype(np.float32)
    return embeddings
