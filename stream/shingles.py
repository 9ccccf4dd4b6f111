"""Text -> its words and pairs of words, and a sketch of them: how much of it another text repeats."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Sketches = NDArray[np.uint32]
"""Sketches of a texts as rows, (a, 64), ascending; a shorter one is filled up with 2^32 - 1."""
SKETCH_HASHES = 64
_NO_HASH = 0xFFFF_FFFF


def pairs_of_words(text: str) -> set[str]:
    """Pairs of neighbouring words in lower case; of a text of one word, that word.

    >>> sorted(pairs_of_words("My card, my Card!"))
    ['card, my', 'my card!', 'my card,']
    """
    words = text.lower().split()
    return set(map(" ".join, pairwise(words))) if len(words) > 1 else set(words)


def sketch(text: str) -> tuple[int, ...]:
    """The 64 least hashes, ascending, of a text's distinct words and pairs of neighbouring words, in lower case.

    All of them for a text of up to 32 words; for a longer one a sample that two like texts draw alike (bottom-k
    sketches: Broder, 1997, "On the resemblance and containment of documents").
    """
    shingles = pairs_of_words(text).union(text.lower().split())
    digests = (blake2b(shingle.encode(errors="replace"), digest_size=4).digest() for shingle in shingles)
    hashes = {int.from_bytes(digest) for digest in digests}
    return tuple(sorted(hashes - {_NO_HASH})[:SKETCH_HASHES])


def overlap(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    """The Jaccard index of two sets: what they share as a part of all that is in them; 0 where both are empty.

    >>> overlap(pairs_of_words("I lost my card"), pairs_of_words("i lost my phone"))
    0.5
    """
    shared = len(one & other)
    return shared / max(1, len(one) + len(other) - shared)


def as_rows(sketches: Sequence[Sequence[int]]) -> Sketches:
    """Sketches as an array."""
    rows = np.full((len(sketches), SKETCH_HASHES), _NO_HASH, np.uint32)
    for row, hashes in zip(rows, sketches, strict=True):
        row[: len(hashes)] = hashes
    return rows


def filled(rows: Sketches) -> NDArray[np.bool_]:
    """Where rows of sketches hold a hash."""
    there: NDArray[np.bool_] = rows != _NO_HASH
    return there


def from_row(row: Sketches) -> tuple[int, ...]:
    """A row of such an array, (64,), as a sketch."""
    hashes: list[int] = row[filled(row)].tolist()
    return tuple(hashes)
