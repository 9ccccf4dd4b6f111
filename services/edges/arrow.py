"""Columns <-> one Arrow IPC batch whose every byte is checked: what Arrow itself must know of `batches`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.edges.dead_letters import Fault, Unreadable
from stream.records import Floats

_MAX_DIMENSION = 65_536


def _grid() -> Floats:
    """For each float16, by its bits, the float32 of `stream.exact`'s grid that it is, or NaN."""
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float64)
    on_grid = np.isin(halves, np.arange(-2048, 2049) / 2048)
    return np.where(on_grid, halves, np.nan).astype(np.float32)


_GRID = _grid()
"""Looked up, an embedding is converted and checked in a third of the time of numpy's conversion alone."""


def text_field(name: str, *, nullable: bool = False) -> pa.Field:
    """A column of strings."""
    return pa.field(name, pa.utf8(), nullable)


def embedding_field(dimension: int) -> pa.Field:
    """The column of embeddings."""
    return pa.field("embedding", pa.list_(pa.field("item", pa.float16(), nullable=False), dimension), nullable=False)


def embedding_column(embeddings: Floats) -> pa.Array:
    """Embeddings (n, d) as float16, which holds their grid exactly."""
    return pa.FixedSizeListArray.from_arrays(
        pa.array(embeddings.astype(np.float16).ravel()), type=embedding_field(embeddings.shape[1]).type
    )


def encode(schema: pa.Schema, columns: Sequence[Any], metadata: Mapping[str, str]) -> bytes:
    """One batch with these columns; Arrow's own errors where they do not fit the schema."""
    schema = schema.with_metadata(dict(metadata))
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.record_batch(arrays, schema=schema))
    data: bytes = sink.getvalue().to_pybytes()
    return data


def decode(data: bytes) -> pa.RecordBatch:
    """The one batch in these bytes, its structure checked; Unreadable where it is not one."""
    try:
        with pa.ipc.open_stream(pa.py_buffer(data)) as stream:
            batch, *others = stream
        batch.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(Fault.NOT_ARROW, str(error).partition("\n")[0]) from error
    if others:
        raise Unreadable(Fault.NOT_ARROW, f"{1 + len(others)} batches where one was expected")
    return batch


def require(batch: pa.RecordBatch, schema: pa.Schema) -> None:
    """Unreadable where the batch has other columns, or a null where the schema has none."""
    if not batch.schema.equals(schema):
        raise Unreadable(Fault.WRONG_SCHEMA, f"its columns are not {', '.join(schema.names)} with the usual types")
    for field, column in zip(schema, batch.columns, strict=True):
        if column.null_count and not field.nullable:
            raise Unreadable(Fault.WRONG_VALUE, f"null in column {field.name}")


def metadata(batch: pa.RecordBatch, key: str) -> str:
    """A value of the schema's metadata; Unreadable where it has none."""
    try:
        value: bytes = (batch.schema.metadata or {})[key.encode()]
        return value.decode()
    except (KeyError, UnicodeDecodeError) as error:
        raise Unreadable(Fault.WRONG_SCHEMA, f"no {key} in the metadata") from error


def values(batch: pa.RecordBatch, name: str) -> list[Any]:
    """A column as Python values, None for null."""
    column: list[Any] = batch.column(name).to_pylist()
    return column


def dimension(batch: pa.RecordBatch) -> int:
    """How many numbers an embedding of this batch has; Unreadable where that makes no sense."""
    index = batch.schema.get_field_index("embedding")
    size = getattr(batch.schema.field(index).type, "list_size", 0) if index >= 0 else 0
    if not 0 < size <= _MAX_DIMENSION:
        raise Unreadable(Fault.WRONG_SCHEMA, f"no column of embeddings of 1 to {_MAX_DIMENSION} numbers")
    return int(size)


def embeddings(batch: pa.RecordBatch) -> Floats:
    """The embeddings, float32 (n, d); Unreadable where a number is not on the grid (as none is that is not finite)."""
    halves = batch.column("embedding").flatten()
    if halves.null_count:
        raise Unreadable(Fault.WRONG_VALUE, "null in an embedding")
    bits: NDArray[np.uint16] = halves.to_numpy().view(np.uint16)
    numbers = _GRID.take(bits.astype(np.intp), mode="wrap").reshape(len(batch), dimension(batch))
    if not np.isfinite(numbers).all():
        fault = Fault.WRONG_VALUE if np.isfinite(halves.to_numpy()).all() else Fault.NOT_FINITE
        raise Unreadable(fault, "a number in an embedding is not on the grid of exact products")
    return numbers
