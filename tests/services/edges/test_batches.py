"""Batches come back exactly, split without losing a row, and hold nothing that the core must not see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.edges.batches import (
    MAX_BYTES,
    ClassesBatch,
    ItemsBatch,
    ReencodedBatch,
    decode,
    decode_decisions,
    encode_classes,
    encode_decisions,
    encode_items,
    pack,
    pack_reencoded,
)
from services.edges.dead_letters import Fault, Unreadable
from stream import exact
from stream.records import ClassNames, Decision, Floats, Items, Reason, Verdict

PLACE = "cluster/topic/0"
DECISION = Decision("me", f"{PLACE}/7", "travel", 0.5, 0.25, 0.125, Verdict.ASK, Reason.UNCERTAIN, 0.75, 3, 1.5)


def vectors(rows: int, dimension: int = 8) -> Floats:
    return exact.unit(np.random.default_rng(5).normal(size=(rows, dimension)))


def items(
    offsets: list[int], *, place: str = PLACE, text: str = "höw", covered: Mapping[str, Any] | None = None
) -> Items:
    return Items(
        origins=[f"{place}/{offset}" for offset in offsets],
        ids=[f"id {offset}" for offset in offsets],
        texts=[f"{text} {offset}" for offset in offsets],
        embeddings=vectors(len(offsets)),
        labels=[None if offset % 2 else "given" for offset in offsets],
        sources=["http"] * len(offsets),
        covered=covered or {},
    )


def decoded(data: bytes) -> Items:
    batch = decode(data)
    assert isinstance(batch, ItemsBatch)
    return batch.items


def same(left: Items, right: Items) -> bool:
    columns = ("origins", "ids", "texts", "labels", "sources", "covered")
    return np.array_equal(left.embeddings, right.embeddings) and all(
        getattr(left, column) == getattr(right, column) for column in columns
    )


def test_items_come_back_exactly_with_the_name_of_their_encoder() -> None:
    sent = items([3, 4, 7], covered={PLACE: (2, 9), "cluster/topic/1": (5, 5)})

    batch = decode(encode_items(sent, "minilm"))

    assert isinstance(batch, ItemsBatch)
    assert batch.encoder == "minilm"
    assert same(batch.items, sent)
    assert batch.items.embeddings.dtype == np.float32


def test_every_number_of_the_grid_survives() -> None:
    grid = (np.arange(-2048, 2049, dtype=np.float32) / 2048).reshape(-1, 1)
    sent = replace(items([0]), embeddings=grid.reshape(1, -1))

    assert np.array_equal(decoded(encode_items(sent, "any")).embeddings, sent.embeddings)


def test_a_batch_may_cover_dead_letters_alone() -> None:
    sent = items([], covered={PLACE: (4, 6)})

    assert same(decoded(encode_items(sent, "any")), sent)


def test_class_names_come_back_exactly() -> None:
    names = ClassNames(("card_arrival", "größe"), vectors(2), "0f" * 32)

    batch = decode(encode_classes(names, "minilm"))

    assert isinstance(batch, ClassesBatch)
    assert (batch.encoder, batch.names.names, batch.names.digest) == ("minilm", names.names, names.digest)
    assert np.array_equal(batch.names.embeddings, names.embeddings)


def test_texts_that_were_embedded_anew_come_back_exactly_in_batches_that_fit() -> None:
    embeddings = exact.unit(np.random.default_rng(0).normal(size=(900, 512)))
    batch = ReencodedBatch("other", [f"key-{row}" for row in range(900)], embeddings)
    parts = pack_reencoded(batch)
    read = [part for part in map(decode, parts) if isinstance(part, ReencodedBatch)]

    assert (len(read), max(map(len, parts)) <= MAX_BYTES) == (len(parts), True)
    assert {part.encoder for part in read} == {"other"}
    assert [key for part in read for key in part.keys] == batch.keys
    assert np.array_equal(np.concatenate([part.embeddings for part in read]), embeddings)


def test_a_batch_that_fits_is_not_split() -> None:
    sent = items(list(range(256)), covered={PLACE: (0, 256)})

    (data,) = pack(sent, "any")

    assert same(decoded(data), sent)


def test_a_split_batch_loses_no_row_and_its_parts_follow_on_each_other() -> None:
    sent = items([2, 3, 5, 8, 13], text="x" * 200_000, covered={PLACE: (1, 20)})

    parts = [decoded(data) for data in pack(sent, "any")]

    assert [[origin.rpartition("/")[2] for origin in part.origins] for part in parts] == [
        ["2", "3"],
        ["5"],
        ["8", "13"],
    ]
    assert [part.covered for part in parts] == [{PLACE: (1, 4)}, {PLACE: (4, 6)}, {PLACE: (6, 20)}]


PLACES = ("c/t/0", "c/t/1", "c/t/2")


@given(st.lists(st.sampled_from(PLACES), max_size=30), st.integers(0, 5))
def test_parts_chain_in_every_partition(places: list[str], gap: int) -> None:
    ends = dict.fromkeys(PLACES, 10)
    origins = []
    for place in places:
        origins.append(f"{place}/{ends[place] + gap}")
        ends[place] += gap + 1
    covered = {place: (10, ends[place] + gap) for place in PLACES}
    sent = replace(
        items(list(range(len(origins)))), origins=origins, texts=["x" * 50_000] * len(origins), covered=covered
    )

    parts = pack(sent, "any")

    marks = dict.fromkeys(PLACES, 10)
    found = []
    for part in map(decoded, parts):
        for place, (low, high) in part.covered.items():
            assert low == marks[place]
            marks[place] = high
        for origin in part.origins:
            place, _, offset = origin.rpartition("/")
            assert part.covered[place][0] <= int(offset) < part.covered[place][1]
        found += part.origins
    assert found == origins
    assert marks == {place: high for place, (_, high) in covered.items()}
    assert all(len(part) <= MAX_BYTES for part in parts)


def test_a_row_that_is_too_large_goes_alone() -> None:
    sent = items([0, 1], text="x" * 2 * MAX_BYTES)

    assert [len(decoded(data)) for data in pack(sent, "any")] == [1, 1]


def test_rows_out_of_order_cannot_be_split() -> None:
    sent = items([1, 0], text="x" * MAX_BYTES, covered={PLACE: (0, 2)})

    with pytest.raises(ValueError, match="cluster/topic/0/0 comes after later ones"):
        pack(sent, "any")


def rewritten(data: bytes, metadata: Mapping[str, str] | None = None, **columns: Any) -> bytes:
    """The batch with other metadata or columns, as a stranger may write it."""
    with pa.ipc.open_stream(data) as stream:
        table = stream.read_all()
    for name, column in columns.items():
        table = table.set_column(table.schema.names.index(name), name, [column])
    changes = {key.encode(): value for key, value in (metadata or {}).items()}
    table = table.replace_schema_metadata({**table.schema.metadata, **changes})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    changed: bytes = sink.getvalue().to_pybytes()
    return changed


def fault(data: bytes) -> Fault:
    with pytest.raises(Unreadable) as error:
        decode(data)
    return error.value.reason


ITEMS = encode_items(items([1, 2], covered={PLACE: (0, 3)}), "any")


@pytest.mark.parametrize("data", [b"", b"text", b"\xff" * 100, ITEMS[:200], ITEMS[: len(ITEMS) // 2]])
def test_bytes_that_are_no_batch_are_named_so(data: bytes) -> None:
    assert fault(data) is Fault.NOT_ARROW


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_never_gets_in(number: float) -> None:
    wrong = items([1, 2])
    wrong.embeddings[1, 3] = number

    assert fault(encode_items(wrong, "any")) is Fault.NOT_FINITE


@pytest.mark.parametrize("number", [1.5, 1 / 4096, -2.0])
def test_a_number_that_would_make_products_inexact_never_gets_in(number: float) -> None:
    wrong = items([1, 2])
    wrong.embeddings[0, 0] = number

    assert fault(encode_items(wrong, "any")) is Fault.WRONG_VALUE


@pytest.mark.parametrize(
    "covered",
    ["", "[]", '{"c/t/0": 3}', '{"c/t/0": [3, 2]}', '{"c/t/0": [-1, 2]}', '{"c/t/0": [1.5, 2]}', "[" * 100_000],
)
def test_a_range_that_makes_no_sense_is_named(covered: str) -> None:
    assert fault(rewritten(ITEMS, {"covered": covered})) is Fault.WRONG_VALUE


@pytest.mark.parametrize(
    "origin", ["", "c/t/0", "c/t/0/x", "c/t/0/-1", "c/t/0/1/", "c/t/0/" + "9" * 30, "c/t/0/1\nc/t/0/2"]
)
def test_an_origin_that_is_none_is_named(origin: str) -> None:
    assert fault(encode_items(replace(items([1]), origins=[origin]), "any")) is Fault.WRONG_VALUE


def test_other_columns_or_kinds_are_named() -> None:
    assert fault(rewritten(ITEMS, text=pa.array([1, 2]))) is Fault.WRONG_SCHEMA
    assert fault(rewritten(ITEMS, embedding=pa.array([1.0, 2.0]))) is Fault.WRONG_SCHEMA
    assert fault(rewritten(ITEMS, {"kind": "reencoded"})) is Fault.WRONG_SCHEMA
    assert fault(encode_decisions([DECISION])) is Fault.WRONG_SCHEMA


def test_a_class_that_is_named_twice_is_refused() -> None:
    assert fault(encode_classes(ClassNames(("a", "a"), vectors(2), "00"), "any")) is Fault.WRONG_VALUE


def test_a_verdict_that_is_none_is_refused() -> None:
    data = rewritten(encode_decisions([DECISION]))
    with pytest.raises(Unreadable):
        decode_decisions(data.replace(b"ASK", b"BUY"))


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (ITEMS, decode),
        (encode_classes(ClassNames(("a", "b"), vectors(2), "00"), "any"), decode),
        (encode_decisions([DECISION] * 2), decode_decisions),
    ],
    ids=["items", "classes", "decisions"],
)
def test_no_change_to_the_bytes_does_more_than_make_them_unreadable(data: bytes, read: Any) -> None:
    chance = np.random.default_rng(7)
    unreadable = 0
    for _ in range(2_000):
        changed = bytearray(data[: chance.integers(1, len(data) + 1)] if chance.random() < 0.2 else data)
        for place in chance.integers(0, len(changed), chance.integers(1, 4)):
            changed[place] = chance.choice([0, 1, 127, 128, 255])
        try:
            read(bytes(changed))
        except Unreadable:
            unreadable += 1
    assert unreadable > 1_000


def test_the_covered_range_is_in_the_metadata_for_all_to_read() -> None:
    with pa.ipc.open_stream(ITEMS) as stream:
        metadata = stream.schema.metadata

    assert (metadata[b"kind"], metadata[b"encoder"]) == (b"items", b"any")
    assert json.loads(metadata[b"covered"]) == {PLACE: [0, 3]}
