"""A labelled file -> its texts with their embeddings, encoded once and kept as float16, which holds them exactly."""

from __future__ import annotations

import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from services import assembly
from services.backtest import embed, named_classes
from services.edges.datasets import Dataset, load
from services.edges.settings_sources import load_settings
from services.edges.terminal import progress
from stream.backtest import Labelled
from stream.records import ClassNames


class Source(NamedTuple):
    """Where the sets are, where their embeddings are kept, and which encoder makes them."""

    data: Path
    cache: Path
    encoder: str


def prepare(name: str, source: Source) -> None:
    """Encode the set, unless that was done before."""
    dataset = _read(name, source)
    if _cached(dataset, source).exists():
        return
    print(f"encoding the {len(dataset):,} texts of {name} once", file=sys.stderr)
    encoder = assembly.build_encoder(load_settings({"encoder.model": source.encoder}))
    with progress(name, len(dataset)) as advance:
        data = embed(dataset.rows, encoder, named_classes(dataset.rows, ()), advance)
    assert data.names is not None
    path = _cached(dataset, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part.npz")
    np.savez(
        half,
        embeddings=data.embeddings.astype(np.float16),
        names=data.names.embeddings.astype(np.float16),
        digest=np.array(data.names.digest),
    )
    half.replace(path)


@lru_cache(maxsize=1)
def read(name: str, source: Source) -> Labelled:
    """The prepared set, with its class names."""
    dataset = _read(name, source)
    with np.load(_cached(dataset, source)) as arrays:
        names = ClassNames(dataset.classes, arrays["names"].astype(np.float32), str(arrays["digest"]))
        embeddings = arrays["embeddings"].astype(np.float32)
    return Labelled([row.text for row in dataset.rows], [row.label or "" for row in dataset.rows], embeddings, names)


def _read(name: str, source: Source) -> Dataset:
    return load(source.data / f"{name}.jsonl.gz", labelled=True)


def _cached(dataset: Dataset, source: Source) -> Path:
    encoder = sha256(source.encoder.encode()).hexdigest()[:8]
    return source.cache / f"{dataset.name}-{dataset.digest[:16]}-{encoder}.npz"
