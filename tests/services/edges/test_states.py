"""State comes back bit for bit, and bytes that are no state are never taken for one."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from safetensors.numpy import save

from services.edges.dead_letters import Unreadable
from services.edges.states import decode, encode
from stream.records import Entry

DTYPES = st.sampled_from([np.float64, np.float32, np.float16, np.int64, np.uint64, np.int32, np.uint8, np.bool_])
ARRAYS = DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0, max_side=4)))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=3)
NAMES = st.text("ab/é", min_size=1, max_size=5)


@settings(max_examples=50)
@given(st.dictionaries(NAMES, VALUES, max_size=3), st.dictionaries(NAMES, ARRAYS, max_size=3))
def test_an_entry_comes_back_bit_for_bit(fields: dict[str, Any], named: dict[str, NDArray[Any]]) -> None:
    entry = decode(encode(Entry(fields, named)))

    assert entry.fields == fields
    assert set(entry.arrays) == set(named)
    for name, array in named.items():
        found = entry.arrays[name]
        assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())


def test_numbers_that_json_lacks_survive() -> None:
    fields = decode(encode(Entry({"threshold": math.inf, "drift": math.nan}))).fields

    assert fields["threshold"] == math.inf
    assert math.isnan(fields["drift"])


def test_an_array_in_another_order_of_memory_comes_back_the_same() -> None:
    transposed = np.arange(6.0).reshape(2, 3).T

    assert decode(encode(Entry({}, {"w": transposed[::-1]}))).arrays["w"].tolist() == transposed[::-1].tolist()


def test_the_same_entry_has_the_same_bytes() -> None:
    entry = Entry({"b": 1, "a": 2}, {"y": np.ones(3), "x": np.zeros(2, np.int64)})

    assert encode(entry) == encode(Entry(entry.fields, dict(reversed(entry.arrays.items()))))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 7,
        b"text, not state",
        b"\xff" * 100,
        encode(Entry({"a": 1}, {"w": np.ones(9)}))[:-1],
        save({"w": np.ones(2)}),
        save({"w": np.ones(2)}, {"fields": "[1"}),
        save({"w": np.ones(2)}, {"fields": "[1]"}),
        save({"w": np.ones(2)}, {"fields": "[" * 100_000}),
    ],
    ids=["empty", "short", "text", "long", "cut", "no-fields", "no-json", "no-object", "deep"],
)
def test_other_bytes_are_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(data)


def test_a_kind_of_number_that_numpy_lacks_is_unreadable() -> None:
    header = json.dumps(
        {"__metadata__": {"fields": "{}"}, "w": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}
    )

    with pytest.raises(Unreadable):
        decode(len(header).to_bytes(8, "little") + header.encode() + b"\x00\x00")
