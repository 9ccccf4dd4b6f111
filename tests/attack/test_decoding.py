"""Malformed records -> one dead letter each, and good ones pass, whatever they are mixed with."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.attack.decoding import decode_attacks
from tests.attack.mutators import MUTATORS, records


def test_a_seed_makes_the_same_records_again() -> None:
    assert list(islice(records(3), 200)) == list(islice(records(3), 200))
    assert list(islice(records(3), 200)) != list(islice(records(4), 200))


@pytest.mark.parametrize("seed", range(3))
def test_each_record_is_a_text_or_one_dead_letter_and_no_good_one_is_lost(seed: int) -> None:
    told = decode_attacks(3_000, seed)
    assert told.wrong == []
    assert sum(told.texts.values()) + told.keys == told.records == 3_000
    assert told.keys == sum(told.letters.values()) > 1_500
    assert 600 < told.texts["good"] < 900
    assert len(MUTATORS) >= 12
    assert len(told.letters) >= 12


@pytest.mark.slow
def test_memory_does_not_grow_with_them() -> None:
    told = decode_attacks(40_000, 5)
    assert told.wrong == []
    assert told.grown_megabytes < 50
