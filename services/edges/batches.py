"""Items, class names, texts embedded anew and decisions <-> Arrow IPC bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

import numpy as np
import pyarrow as pa
from pydantic import Field, TypeAdapter, ValidationError

from services.edges import arrow
from services.edges.dead_letters import Fault, Unreadable
from stream.records import ClassNames, Decision, Decisions, Floats, Items, Reason, Verdict

MAX_BYTES = 512 * 1024
"""What `pack` keeps a batch of items within."""

_PACKED_ROWS = 2_048

_DECISIONS = pa.schema(
    [
        arrow.text_field("id"),
        arrow.text_field("origin"),
        arrow.text_field("class", nullable=True),
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("utility", pa.float64(), nullable=False),
        pa.field("threshold", pa.float64(), nullable=False),
        arrow.text_field("verdict"),
        arrow.text_field("reason"),
        pa.field("query_probability", pa.float64(), nullable=False),
        pa.field("model_version", pa.int64(), nullable=False),
        pa.field("decided_at", pa.timestamp("us", "UTC"), nullable=False),
    ]
)
"""The columns of `Decision`, in its order."""
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_REASONS = {reason.value: reason for reason in Reason}
_ORIGINS = re.compile(r"(?:[^/\n]++/[^/\n]++/[0-9]{1,9}+/[0-9]{1,18}+\n)*+")
"""Origins, a line each: a search in each of them would take twice as long."""
_Offset = Annotated[int, Field(ge=0, lt=2**63, strict=True)]
_COVERED = TypeAdapter(dict[str, tuple[_Offset, _Offset]])


@dataclass(frozen=True, slots=True)
class ItemsBatch:
    """Items and the name of the encoder that embedded them."""

    encoder: str
    items: Items


@dataclass(frozen=True, slots=True)
class ClassesBatch:
    """The names of the task's classes and the name of the encoder that embedded them."""

    encoder: str
    names: ClassNames


@dataclass(frozen=True, slots=True)
class ReencodedBatch:
    """Embeddings that another encoder, by its name, made of texts that are kept: of ``keys`` (n), (n, d)."""

    encoder: str
    keys: Sequence[str]
    embeddings: Floats


def pack(items: Items, encoder: str) -> list[bytes]:
    """Encode items in as many batches as keep each within `MAX_BYTES` (a single row that is larger goes alone).

    The batches chain: each covers its partitions up to its own last rows, the last one all the rest. Raises ValueError
    where the rows of a partition that is covered are not in the order of their offsets.
    """
    encoded = encode_items(items, encoder)
    if len(encoded) <= MAX_BYTES or len(items) < 2:
        return [encoded]
    return [part for half in _halves(items) for part in pack(half, encoder)]


def _halves(items: Items) -> tuple[Items, Items]:
    middle = len(items) // 2
    first, rest = items.take(slice(middle)), items.take(slice(middle, None))
    cuts = {partition: low for partition, (low, _) in items.covered.items()}
    for partition, offset in map(_place, first.origins):
        cuts[partition] = max(offset + 1, cuts.get(partition, 0))
    for partition, offset in map(_place, rest.origins):
        if offset < cuts.get(partition, 0):
            raise ValueError(f"row {partition}/{offset} comes after later ones of its partition")
    return (
        replace(first, covered={p: (low, cuts[p]) for p, (low, _) in items.covered.items()}),
        replace(rest, covered={p: (cuts[p], high) for p, (_, high) in items.covered.items()}),
    )


def _place(origin: str) -> tuple[str, int]:
    partition, _, offset = origin.rpartition("/")
    return partition, int(offset)


def encode_items(items: Items, encoder: str) -> bytes:
    """One batch, a row an item."""
    metadata = {"kind": "items", "encoder": encoder, "covered": json.dumps(items.covered)}
    times = items.times or [0.0] * len(items)
    columns = (items.origins, items.ids, items.texts, items.labels, items.sources, times)
    schema = _items_schema(items.embeddings.shape[1])
    return arrow.encode(schema, (*columns, arrow.embedding_column(items.embeddings)), metadata)


def encode_classes(names: ClassNames, encoder: str) -> bytes:
    """One batch, a row a class."""
    metadata = {"kind": "classes", "encoder": encoder, "digest": names.digest}
    schema = _classes_schema(names.embeddings.shape[1])
    return arrow.encode(schema, (names.names, arrow.embedding_column(names.embeddings)), metadata)


def pack_reencoded(batch: ReencodedBatch) -> list[bytes]:
    """Encode it in as many batches as keep each well within `MAX_BYTES`."""
    rows = max(1, MAX_BYTES // (3 * batch.embeddings.shape[1] + 200))
    cuts = [slice(start, start + rows) for start in range(0, len(batch.keys), rows)]
    return [encode_reencoded(replace(batch, keys=batch.keys[cut], embeddings=batch.embeddings[cut])) for cut in cuts]


def encode_reencoded(batch: ReencodedBatch) -> bytes:
    """One batch, a row a text."""
    metadata = {"kind": "reencoded", "encoder": batch.encoder}
    schema = _reencoded_schema(batch.embeddings.shape[1])
    return arrow.encode(schema, (batch.keys, arrow.embedding_column(batch.embeddings)), metadata)


def decode(data: bytes) -> ItemsBatch | ClassesBatch | ReencodedBatch:
    """What `encode_items`, `encode_classes` or `pack_reencoded` made; Unreadable where it is anything else."""
    batch = arrow.decode(data)
    kind = arrow.metadata(batch, "kind")
    if kind == "items":
        return ItemsBatch(arrow.metadata(batch, "encoder"), _items(batch))
    if kind == "classes":
        return ClassesBatch(arrow.metadata(batch, "encoder"), _class_names(batch))
    if kind == "reencoded":
        return _reencoded(batch)
    raise Unreadable(Fault.WRONG_SCHEMA, f"a batch of kind {kind!r}")


def pack_decisions(decided: Iterable[Decisions]) -> list[bytes]:
    """Encode decisions in few batches, each within `MAX_BYTES` (a single row that is larger goes alone).

    A batch costs as much as a hundred of its rows: what follows one another goes together.
    """
    together: list[Decisions] = []
    for each in decided:
        if not together or len(together[-1]) + len(each) > _PACKED_ROWS:
            together.append(Decisions())
        together[-1].extend(*each.columns)
    return [part for each in together for part in _packed(each)]


def _packed(decisions: Sequence[Decision]) -> list[bytes]:
    encoded = encode_decisions(decisions)
    if len(encoded) <= MAX_BYTES or len(decisions) < 2:
        return [encoded]
    middle = len(decisions) // 2
    return [*_packed(decisions[:middle]), *_packed(decisions[middle:])]


def encode_decisions(decisions: Sequence[Decision]) -> bytes:
    """One batch, a row a decision; times are kept to the microsecond."""
    *columns, decided_at = (decisions if isinstance(decisions, Decisions) else Decisions(decisions)).columns
    microseconds = np.rint(np.multiply(decided_at, 1e6)).astype(np.int64)
    return arrow.encode(_DECISIONS, (*columns, microseconds), {"kind": "decisions"})


def decode_decisions(data: bytes) -> list[Decision]:
    """What `encode_decisions` made; Unreadable where it is anything else."""
    batch = arrow.decode(data)
    arrow.require(batch, _DECISIONS)
    columns = {name: arrow.values(batch, name) for name in _DECISIONS.names[:-1]}
    try:
        columns["verdict"] = list(map(_VERDICTS.__getitem__, columns["verdict"]))
        columns["reason"] = list(map(_REASONS.__getitem__, columns["reason"]))
    except KeyError as error:
        raise Unreadable(Fault.WRONG_VALUE, f"no verdict or reason {error}") from error
    seconds = batch.column("decided_at").cast(pa.int64()).to_numpy() / 1e6
    return list(map(Decision, *columns.values(), seconds.tolist()))


def _items(batch: pa.RecordBatch) -> Items:
    arrow.require(batch, _items_schema(arrow.dimension(batch)))
    origins = arrow.values(batch, "origin")
    lines = "".join(f"{origin}\n" for origin in origins)
    if not _ORIGINS.fullmatch(lines) or lines.count("\n") > len(origins):
        raise Unreadable(Fault.WRONG_VALUE, "an origin is not cluster/topic-id/partition/offset")
    return Items(
        origins=origins,
        ids=arrow.values(batch, "id"),
        texts=arrow.values(batch, "text"),
        embeddings=arrow.embeddings(batch),
        labels=arrow.values(batch, "label"),
        sources=arrow.values(batch, "source"),
        covered=_covered(arrow.metadata(batch, "covered")),
        times=arrow.values(batch, "time"),
    )


def _covered(text: str) -> dict[str, tuple[int, int]]:
    try:
        covered = _COVERED.validate_json(text)
    except ValidationError as error:
        raise Unreadable(Fault.WRONG_VALUE, f"covered: {error.errors()[0]['msg']}") from error
    for partition, (low, high) in covered.items():
        if low > high:
            raise Unreadable(Fault.WRONG_VALUE, f"covered: {partition} from {low} to {high}")
    return covered


def _class_names(batch: pa.RecordBatch) -> ClassNames:
    arrow.require(batch, _classes_schema(arrow.dimension(batch)))
    names = tuple(arrow.values(batch, "name"))
    if len(set(names)) < len(names):
        raise Unreadable(Fault.WRONG_VALUE, "a class is named twice")
    return ClassNames(names, arrow.embeddings(batch), arrow.metadata(batch, "digest"))


def _reencoded(batch: pa.RecordBatch) -> ReencodedBatch:
    arrow.require(batch, _reencoded_schema(arrow.dimension(batch)))
    return ReencodedBatch(arrow.metadata(batch, "encoder"), arrow.values(batch, "key"), arrow.embeddings(batch))


@lru_cache(maxsize=4)
def _items_schema(dimension: int) -> pa.Schema:
    label = arrow.text_field("label", nullable=True)
    texts = (arrow.text_field("origin"), arrow.text_field("id"), arrow.text_field("text"), label)
    time = pa.field("time", pa.float64(), nullable=False)
    return pa.schema([*texts, arrow.text_field("source"), time, arrow.embedding_field(dimension)])


def _classes_schema(dimension: int) -> pa.Schema:
    return pa.schema([arrow.text_field("name"), arrow.embedding_field(dimension)])


def _reencoded_schema(dimension: int) -> pa.Schema:
    return pa.schema([arrow.text_field("key"), arrow.embedding_field(dimension)])
