"""Text -> its words and pairs of words, and a sketch of them: how much of it another text repeats."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from stream.records import Doubles, Integers

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


def overlaps(some: Sketches, others: Sketches) -> Doubles:
    """The Jaccard index of the texts of each sketch (n, 64) and each of the others (a, 64), (n, a); 0 where both empty.

    A sketch of fewer than 64 hashes has all of its text's, a full one all up to its greatest. So two sketches are
    compared up to where both have all: beyond, one may lack what its text has. Up to there lie all hashes where no
    sketch is full, and 64 or more elsewhere: a sample of both texts together, whatever their lengths (Broder, 1997).
    """
    both = np.concatenate([some, others])
    hashes, columns = np.unique(both, return_inverse=True)
    there = filled(both)
    ends = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    ones = np.ones(ends[-1])
    sets = csr_array((ones, columns.reshape(there.shape)[there], ends), shape=(len(there), max(1, len(hashes))))
    shared = (sets[: len(some)] @ sets[len(some) :].T).toarray()
    union = _up_to_ends(some, others) + _up_to_ends(others, some).T - shared
    found: Doubles = shared / np.maximum(union, 1)
    return found


def _up_to_ends(some: Sketches, others: Sketches) -> Integers:
    """How many hashes of each sketch lie up to where each of the others ends, (n, a)."""
    there = filled(some)
    ends, end_of = np.unique(others[:, -1], return_inverse=True)
    cells = np.nonzero(there)[0] * (len(ends) + 1) + np.searchsorted(ends, some[there])
    counts = np.bincount(cells, minlength=len(some) * (len(ends) + 1)).reshape(len(some), len(ends) + 1)
    found: Integers = counts.cumsum(axis=1)[:, end_of]
    return found
