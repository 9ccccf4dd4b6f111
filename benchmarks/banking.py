"""The packaged data set -> its texts with their MiniLM embeddings, encoded once for each machine."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from services import assembly
from services.edges.datasets import BANKING77, Row, load
from services.edges.settings_sources import load_settings
from stream.records import Floats

_CACHE = Path(tempfile.gettempdir()) / "sluice-benchmarks"


def rows() -> list[Row]:
    """All rows, in an order that mixes the classes."""
    data = load(BANKING77, labelled=True)
    return [data.rows[place] for place in np.random.default_rng(0).permutation(len(data))]


def embeddings(rows: Sequence[Row]) -> Floats:
    """The embedding of each of `rows`, (n, d)."""
    digest = sha256("\n".join(row.text for row in rows).encode()).hexdigest()
    path = _CACHE / f"minilm-{digest[:16]}.npy"
    if not path.exists():
        print(f"Encoding {len(rows):,} texts once, for about a minute", file=sys.stderr)
        encoded = assembly.build_encoder(load_settings()).encode([row.text for row in rows])
        path.parent.mkdir(exist_ok=True)
        np.save(path, encoded.astype(np.float16))
    cached: Floats = np.load(path).astype(np.float32)
    return cached


def first_of_each_class(rows: Sequence[Row], count: int) -> list[int]:
    """Where the first ``count`` rows of each class stand."""
    seen: Counter[str | None] = Counter()
    chosen = []
    for place, row in enumerate(rows):
        seen[row.label] += 1
        if seen[row.label] <= count:
            chosen.append(place)
    return chosen
