"""The hashing encoder's arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from services.edges.encoders.base import EncoderError
from services.edges.encoders.hashing import HashingEncoder
from stream import exact


def test_the_same_text_is_hashed_the_same_on_every_machine() -> None:
    (embedding,) = HashingEncoder("16").encode(["Hello"])
    # The word (weight 1) and " he", "hel", "ell", "llo", "lo " (1/2 each), placed and signed in plain integers.
    assert np.array_equal(embedding, exact.unit([[-1, -1, 1] + [0] * 9 + [-1, -1, 0, 0]])[0])


def test_case_and_spacing_do_not_count() -> None:
    first, second = HashingEncoder().encode(["Lost  CARD\n", " lost card"])
    assert np.array_equal(first, second)


def test_a_text_of_white_space_has_no_embedding() -> None:
    assert not HashingEncoder().encode([" \n"]).any()


def test_the_dimension_may_be_chosen() -> None:
    encoder = HashingEncoder("8")
    assert (encoder.name, encoder.dimension) == ("hashing:8", 8)
    assert encoder.encode(["hello"]).shape == (1, 8)


@pytest.mark.parametrize("source", ["0", "-1", "many"])
def test_a_dimension_that_is_no_number_is_refused(source: str) -> None:
    with pytest.raises(EncoderError, match=f"hashing:{source}"):
        HashingEncoder(source)
