"""Words, pairs and sketches by hand."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise

import numpy as np

from stream.shingles import as_rows, from_row, overlap, pairs_of_words, sketch


def _hash(shingle: bytes) -> int:
    return int.from_bytes(blake2b(shingle, digest_size=4).digest())


def test_a_text_is_its_pairs_of_neighbouring_words_in_lower_case() -> None:
    assert pairs_of_words("I lost MY card") == {"i lost", "lost my", "my card"}
    assert pairs_of_words("Thanks") == {"thanks"}
    assert pairs_of_words(" ") == set()


def test_overlap_is_what_is_shared_of_all_there_is() -> None:
    assert overlap({1, 2, 3}, {2, 3, 4}) == 0.5
    assert overlap({1}, {1}) == 1.0
    assert overlap(set(), set()) == 0.0


def test_a_short_text_is_sketched_by_all_its_words_and_pairs() -> None:
    assert sketch("Lost card") == tuple(sorted(_hash(each) for each in (b"lost", b"card", b"lost card")))
    assert sketch("") == ()


def test_a_long_text_is_sketched_by_the_64_least_hashes() -> None:
    words = [f"w{number}" for number in range(100)]
    hashes = sorted(_hash(each.encode()) for each in [*words, *map(" ".join, pairwise(words))])
    assert sketch(" ".join(words)) == tuple(hashes[:64])


def test_what_cannot_be_encoded_is_sketched_as_well() -> None:
    assert sketch("\ud800") == (_hash(b"?"),)


def test_sketches_are_rows_of_an_array_and_back() -> None:
    rows = as_rows([(1, 5), (), tuple(range(64))])
    assert (rows.shape, rows.dtype) == ((3, 64), np.uint32)
    assert [from_row(row) for row in rows] == [(1, 5), (), tuple(range(64))]
