"""Draws are the reference generator's, alike singly and in arrays, and independent across purposes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.keyed import draw, fork, uniform

REFERENCE_1234567 = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]


def test_draws_are_those_of_the_reference_implementation() -> None:
    expected = [(word >> 11) * 2.0**-53 for word in REFERENCE_1234567]

    assert [draw(1234567, position) for position in range(4)] == expected
    assert uniform(1234567, np.arange(4)).tolist() == expected


@given(st.integers(-(2**70), 2**70), st.lists(st.integers(0, 2**62), max_size=20))
def test_one_draw_is_the_same_as_many(seed: int, positions: list[int]) -> None:
    assert uniform(seed, np.array(positions, np.int64)).tolist() == [draw(seed, position) for position in positions]


def test_draws_fill_the_unit_interval_evenly() -> None:
    drawn = uniform(5, np.arange(100_000))

    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert np.histogram(drawn, bins=20, range=(0, 1))[0].min() > 4_700
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01


def test_purposes_draw_numbers_that_have_nothing_to_do_with_one_another() -> None:
    positions = np.arange(20_000)
    audits, ties = (uniform(fork(0, purpose), positions) for purpose in ("audits", "ties"))

    assert abs(np.corrcoef(audits, ties)[0, 1]) < 0.03
    assert fork(0, "audits") == fork(0, "audits") != fork(1, "audits")
