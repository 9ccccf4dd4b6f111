"""Texts -> embeddings: the contract of an encoder."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.edges.setting_names import variable
from stream.records import Floats

_CLIENT_CLOSED = "client has been closed"
"""What huggingface_hub 1.16 complains of where it cannot connect: it closes its client, then tries again with it."""


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


@contextmanager
def loading(name: str, directory: Path | None) -> Iterator[None]:
    """Turn whatever ends the loading of the encoder from the directory, without one from the hub, into EncoderError."""
    # The hub's client would tell on stderr of each time that it tries again; what came of it is in the error.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        yield
    except Exception as error:  # the hub, its client and each kind of model raise errors of their own
        raise EncoderError(f"encoder {name}: {_why_not(directory, error)}") from error


def _why_not(directory: Path | None, error: Exception) -> str:
    reason = str(error).strip().partition("\n")[0].strip() or type(error).__name__
    if directory is not None:
        return f"it cannot be loaded ({reason}): correct {variable('encoder.model')}"
    reason = "no connection" if _CLIENT_CLOSED in reason else reason
    fetched = f"it cannot be fetched from the hub ({reason})"
    return f"not a directory here, and {fetched}: correct {variable('encoder.model')}, or name a local path"


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
