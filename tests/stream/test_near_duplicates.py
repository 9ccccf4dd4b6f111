"""Open requests -> which texts are near them, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from stream import exact
from stream.near_duplicates import OFF, NearDuplicates

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
LETTER = "your card {} had promised you " + " ".join(map(str, range(42)))


def at(cosine: float) -> np.ndarray:
    return exact.unit([[cosine, np.sqrt(1 - cosine**2)]])[0]


def test_a_text_is_near_from_a_cosine_on_whatever_its_words() -> None:
    known = NearDuplicates(same=0.98)
    known.add("one", EAST, "lost card")
    assert known.near(at(0.985), "where is it")
    assert not known.near(at(0.975), "where is it")
    assert not known.near(NORTH, "where is it")


def test_a_form_letter_is_near_from_a_lower_cosine_on() -> None:
    known = NearDuplicates(same=0.98, alike=0.9, words=0.9)
    known.add("one", EAST, LETTER.format("Ann"))
    assert known.near(at(0.95), LETTER.format("Bob"))  # 45 of the 49 pairs that either has are the same
    assert not known.near(at(0.95), LETTER.format("dear Bob and"))  # 45 of 51
    assert not known.near(at(0.85), LETTER.format("Ann"))


def test_a_closed_request_frees_the_way() -> None:
    known = NearDuplicates()
    known.add("one", EAST, "lost card")
    known.add("two", NORTH, "top up")
    known.close("one")
    known.close("one")
    assert not known.near(EAST, "lost card")
    assert known.near(NORTH, "top up")


def test_nothing_is_near_where_nothing_is_open_or_it_is_off() -> None:
    off = NearDuplicates(same=OFF, alike=OFF)
    off.add("one", EAST, "lost card")
    assert not off.near(EAST, "lost card")
    assert not NearDuplicates().near(EAST, "lost card")


@pytest.mark.parametrize("seed", range(5))
def test_none_that_is_near_is_missed_in_many_dimensions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = exact.unit(rng.standard_normal((300, 150)))
    others = exact.unit(texts + rng.uniform(0.1, 0.3, (300, 1)) * rng.standard_normal((300, 150)) / np.sqrt(150) * 2)
    known = NearDuplicates(same=0.9, alike=0.9)
    known.restore((str(row), text, "") for row, text in enumerate(texts))
    truth = ((others @ texts.T).max(axis=1) >= np.float32(0.9)).tolist()
    assert [known.near(text, "") for text in others] == truth
    assert len(set(truth)) == 2


def test_thresholds_are_above_zero() -> None:
    with pytest.raises(ValueError, match="0"):
        NearDuplicates(same=0.0)
