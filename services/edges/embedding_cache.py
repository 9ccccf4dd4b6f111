"""Texts -> their embeddings, encoded once for each machine: blocks of them in the user's cache directory."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np

from services.edges.encoders.base import Encoder
from stream.records import Floats

_MOST_BYTES = 2**30
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def cache_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where this user's embeddings are kept: below ``XDG_CACHE_HOME``, else ``~/.cache``."""
    named = environment.get("XDG_CACHE_HOME", "")
    # A relative path is to be ignored (XDG Base Directory Specification 0.8).
    return (Path(named) if Path(named).is_absolute() else Path.home() / ".cache") / "sluice" / "embeddings"


class CachedEncoder(Encoder):
    """An encoder that is loaded only when a block of texts is not known yet.

    Blocks are found by the encoder's name and their texts; a model in a directory also by its files' sizes and times.
    What was used longest ago is removed beyond ``most_bytes``; a damaged file is encoded again. A cache that cannot be
    written is no error: ``refused`` says why the last block was not kept. ``found`` and ``encoded`` count texts.
    """

    def __init__(self, name: str, load: Callable[[], Encoder], directory: Path, most_bytes: int = _MOST_BYTES) -> None:
        self.directory = directory
        self._name, self._load, self._most_bytes = name, load, most_bytes
        self._encoder: Encoder | None = None
        self._dimension: int | None = None
        self._model = _fingerprint(name)
        self.found = self.encoded = 0
        self.refused = ""

    @property
    def name(self) -> str:
        """As `Encoder.name`."""
        return self._name

    @property
    def dimension(self) -> int:
        """As `Encoder.dimension`; loads the encoder where nothing was found before."""
        return self._loaded().dimension if self._dimension is None else self._dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`."""
        path = self.directory / f"{_digest(self._model, texts)}.npz"
        with suppress(*_DAMAGED):
            kept = _read(path, len(texts))
            os.utime(path)
            self.found += len(texts)
            self._dimension = kept.shape[1]
            return kept
        embeddings = self._loaded().encode(texts)
        self.encoded += len(texts)
        try:
            self._keep(path, embeddings)
        except OSError as error:
            self.refused = str(error.strerror)
        return embeddings

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self._encoder = self._load()
        return self._encoder

    def _keep(self, path: Path, embeddings: Floats) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        # Another process may write the same block: each its own file, of which one wins whole.
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                np.savez(file, embeddings=embeddings.astype(np.float16))
            part.replace(path)
        except OSError:
            # A disk that is full would stay so by what nobody can use.
            part.unlink(missing_ok=True)
            raise
        self._trim()

    def _trim(self) -> None:
        files = sorted(self.directory.glob("*.npz"), key=lambda path: path.stat().st_mtime_ns)
        excess = sum(path.stat().st_size for path in files) - self._most_bytes
        for path in files:
            if excess <= 0:
                return
            excess -= path.stat().st_size
            path.unlink(missing_ok=True)


def _read(path: Path, texts: int) -> Floats:
    """The block; raises one of `_DAMAGED` where it is not there or not whole, which the zip's checksum tells."""
    with path.open("rb") as file, np.load(file) as arrays:
        embeddings = arrays["embeddings"]
    if embeddings.dtype != np.float16 or embeddings.ndim != 2 or len(embeddings) != texts:
        raise ValueError(f"{path}: not what was kept")
    kept: Floats = embeddings.astype(np.float32)
    return kept


def _digest(model: str, texts: Sequence[str]) -> str:
    digest = sha256(model.encode())
    for text in texts:
        digest.update(len(text.encode()).to_bytes(8) + text.encode())
    return digest.hexdigest()


def _fingerprint(name: str) -> str:
    directory = Path(name.rpartition(":")[2]).expanduser()
    if not directory.is_dir():
        return name
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return "\0".join([name, *(f"{path}/{path.stat().st_size}/{path.stat().st_mtime_ns}" for path in files)])
