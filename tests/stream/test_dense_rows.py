"""Vectors come and go by id, and their matrix has no holes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.dense_rows import DenseRows


def vector(number: int) -> np.ndarray:
    return np.array([number, -number], np.float32)


@given(st.lists(st.integers(0, 20), max_size=100))
def test_rows_are_the_vectors_of_those_that_are_there(toggled: list[int]) -> None:
    rows, there = DenseRows(), set()
    for number in toggled:
        if number in there:
            rows.remove(str(number))
        else:
            rows.add(str(number), vector(number))
        there ^= {number}
        assert rows.matrix.tolist() == [vector(int(key)).tolist() for key in rows.ids]
        assert sorted(rows.ids) == sorted(map(str, there))
        assert (str(number) in rows, len(rows)) == (number in there, len(there))


def test_it_grows_and_gives_copies() -> None:
    rows = DenseRows()
    for number in range(600):
        rows.add(str(number), vector(number))
    some = rows.of(["599", "3"])
    rows.remove("3")

    assert some.tolist() == [[599, -599], [3, -3]]
    assert rows.matrix.flags.c_contiguous
    assert len(rows.matrix) == 599
