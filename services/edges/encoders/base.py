"""Texts -> embeddings: the contract of an encoder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from stream.records import Floats


class EncoderError(ValueError):
    """The encoder that was named cannot be loaded; the message is one line that says why."""


class Encoder(ABC):
    """Embeds texts; a row depends on its text alone, but for rounding."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the user calls this encoder; embeddings of different names never meet."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Numbers in an embedding."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Floats:
        """Embeddings (n, dimension), made by `stream.exact.unit`; zero where a text holds nothing the encoder knows."""


def local_directory(source: str) -> Path | None:
    """The directory that a model's name is, or None where it is a name to look up elsewhere.

    Raises EncoderError where it can only be a path and there is nothing.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    if path.is_absolute() or source.startswith((".", "~")):
        raise EncoderError(f"encoder {source}: there is no such directory")
    return None
