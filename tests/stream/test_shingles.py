"""Words, pairs and sketches by hand."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.shingles import as_rows, from_row, overlap, overlaps, pairs_of_words, sketch


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


def test_sketches_overlap_in_what_both_have_of_all_up_to_where_both_are_whole() -> None:
    some = as_rows([(0, 1, 100), tuple(range(64)), ()])
    others = as_rows([(1, 100, 200), tuple(range(64)), tuple(range(0, 128, 2)), tuple(range(1_000, 1_064)), ()])

    # Of a short one all counts. The first full one ends at 63, the second at 126, the third at 1063: of (0, 1, 100)
    # with the first two are shared of 64 (100 lies beyond), with the second two of 65.
    assert overlaps(some, others).tolist() == [
        [2 / 4, 2 / 64, 2 / 65, 0.0, 0.0],
        [1 / 64, 1.0, 32 / 64, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]
    assert overlaps(some, others[:0]).shape == (3, 0)


hash_sets = st.lists(st.sets(st.integers(0, 90), max_size=63), min_size=1, max_size=4)


@given(hash_sets, hash_sets)
def test_sketches_that_are_not_full_overlap_as_the_texts_do(some: list[set[int]], others: list[set[int]]) -> None:
    found = overlaps(as_rows([sorted(each) for each in some]), as_rows([sorted(each) for each in others]))
    assert found.tolist() == [[overlap(one, other) for other in others] for one in some]


@pytest.mark.parametrize("words", [30, 60, 150, 300])
def test_texts_of_any_lengths_overlap_by_their_sketches_as_by_all_their_words(words: int) -> None:
    def shingles(text: str) -> set[str]:
        return pairs_of_words(text) | set(text.split())

    exact, estimated = [], []
    for number in range(60):
        stream = [f"{number}-{place}" for place in range(400)]
        whole, texts = " ".join(stream[:300]), [" ".join(stream[start : start + words]) for start in (0, 100)]
        exact += [overlap(shingles(text), shingles(whole)) for text in texts]
        estimated += overlaps(as_rows([sketch(text) for text in texts]), as_rows([sketch(whole)]))[:, 0].tolist()
    assert np.mean(estimated) == pytest.approx(np.mean(exact), rel=0.06)
