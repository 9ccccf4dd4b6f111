"""Texts -> hashed words and character trigrams: an encoder for tests, with nothing to load and no meaning.

Feature hashing with signs (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning").
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from services.edges.encoders.base import Encoder, EncoderError
from stream import exact
from stream.records import Doubles, Floats, Integers

_DIMENSION = 256
_TRIGRAM_WEIGHT = 0.5
_GAMMA = np.uint64(0x9E37_79B9_7F4A_7C15)
_WORD = 1 << 32
"""Set in the codes of words, so that none is a trigram's."""


class HashingEncoder(Encoder):
    """Texts that share words or parts of words have similar embeddings; ``source`` is the dimension, 256 if empty."""

    def __init__(self, source: str = "") -> None:
        if source and not (source.isdecimal() and int(source) > 0):
            raise EncoderError(f"encoder hashing:{source}: a number of dimensions was expected")
        self._name = f"hashing:{source}" if source else "hashing"
        self._dimension = int(source or _DIMENSION)

    @property
    def name(self) -> str:
        """``hashing``, with its dimension where that was chosen."""
        return self._name

    @property
    def dimension(self) -> int:
        """As it was chosen."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`; the same on every machine."""
        words = [text.lower().encode().split() for text in texts]
        sums = self._sums(*_words(words), 1.0, len(texts)) + self._sums(*_trigrams(words), _TRIGRAM_WEIGHT, len(texts))
        return exact.unit(sums)

    def _sums(self, rows: Integers, codes: NDArray[np.uint64], weight: float, texts: int) -> Doubles:
        mixed = codes * _GAMMA
        signs = np.where(mixed >> np.uint64(63), weight, -weight)
        columns = (mixed >> np.uint64(24) & np.uint64(0xFFFF_FFFF)).astype(np.int64) % self._dimension
        places = rows * self._dimension + columns
        sums = np.bincount(places, weights=signs, minlength=texts * self._dimension)
        return sums.astype(np.float64).reshape(texts, self._dimension)


def _words(words: Sequence[Sequence[bytes]]) -> tuple[Integers, NDArray[np.uint64]]:
    """Row and code of each word."""
    rows = np.repeat(np.arange(len(words)), [len(row) for row in words])
    return rows, np.array([_WORD | crc32(word) for row in words for word in row], dtype=np.uint64)


def _trigrams(words: Sequence[Sequence[bytes]]) -> tuple[Integers, NDArray[np.uint64]]:
    """Row and code of any three bytes in sequence, one space before the first word and after each."""
    lines = [b" " + b" ".join(row) + b" " for row in words]
    codes = np.frombuffer(b"".join(lines), dtype=np.uint8).astype(np.uint64)
    rows = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    inside = rows[:-2] == rows[2:]
    trigrams = codes[:-2] | codes[1:-1] << np.uint64(8) | codes[2:] << np.uint64(16)
    return rows[:-2][inside], trigrams[inside]
