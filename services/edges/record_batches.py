"""A batch of Kafka records as the broker keeps it -> the same one uncompressed, bounded in size, or why that fails."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa
from kafka.record.util import calc_crc32c

from services.edges.dead_letters import MAX_VALUE_BYTES, Fault, Unreadable
from services.edges.journal.base import Undecoded

MAX_INFLATED_BYTES: Final = 16 * 2**20
"""The most that a batch may grow to. Producers compress what they would also send as it is: some MiB at most."""
TRIES: Final = 3
"""A checksum that was wrong on its way here is right when the batch is fetched again."""
DAMAGE: Final = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError, struct.error)
"""What the clients raise at bytes that are no batch, besides errors of their own."""

_HEADER = struct.Struct(">qiibIhiqqqhii")
"""First offset, length, epoch, format, checksum, attributes, last offset behind the first, ..., number of records."""
_FROM_ATTRIBUTES, _LENGTH_FROM = 21, 12
_CODEC_BITS = 0x07
_STREAMS = {1: "gzip", 3: "lz4", 4: "zstd"}
_SNAPPY = 2
_XERIAL = b"\x82SNAPPY\x00"
_XERIAL_HEADER_BYTES = 16
_VERSION = 2


class Batches:
    """The batches in one answer of a broker, uncompressed one by one, for a client that iterates over their records.

    Takes the place of what both clients call MemoryRecords. ``build`` makes the client's own batch from bytes.
    ``offsets`` and ``size`` tell of the one in hand: the first and the last offset that it covers, and its bytes.
    """

    def __init__(self, data: bytes, build: Callable[[bytes], Any]) -> None:
        self._data, self._build = memoryview(data or b""), build
        self._place = 0
        self.offsets, self.size = (-1, -1), 0

    def size_in_bytes(self) -> int:
        """All of them together, an incomplete last one included."""
        return len(self._data)

    def has_next(self) -> bool:
        """Whether there is another one that is complete."""
        return self._end() <= len(self._data)

    def next_batch(self) -> Any:
        """The next batch; None behind the last one. Raises Unreadable where it cannot be uncompressed."""
        if not self.has_next():
            return None
        data, self._place = bytes(self._data[self._place : self._end()]), self._end()
        header = _HEADER.unpack_from(data)
        self.offsets, self.size = (header[0], _last_offset(header)), len(data)
        if header[3] != _VERSION:
            raise Unreadable(Fault.UNDECODABLE, f"a batch of format {header[3]}, not {_VERSION}")
        if not header[5] & _CODEC_BITS:
            return self._build(data)
        if calc_crc32c(data[_FROM_ATTRIBUTES:]) != header[4]:
            raise Unreadable(Fault.UNDECODABLE, "the checksum of its batch is wrong")
        return self._build(inflated(data))

    def _end(self) -> int:
        """Where the next batch ends, be it there or not; behind all where not even its header is there."""
        if len(self._data) - self._place < _HEADER.size:
            return len(self._data) + 1
        (length,) = struct.unpack_from(">i", self._data, self._place + 8)
        return self._place + max(_HEADER.size, _LENGTH_FROM + int(length))


def inflated(data: bytes) -> bytes:
    """The same batch without compression; Unreadable where it is damaged, or grows beyond `MAX_INFLATED_BYTES`."""
    header = list(_HEADER.unpack_from(data))
    codec, packed = header[5] & _CODEC_BITS, data[_HEADER.size :]
    content = _unpacked(packed) if codec == _SNAPPY else _streamed(packed, codec)
    header[1] = _HEADER.size - _LENGTH_FROM + len(content)
    header[5] &= ~_CODEC_BITS
    unsigned = _HEADER.pack(*header)[_FROM_ATTRIBUTES:] + content
    header[4] = calc_crc32c(unsigned)
    return _HEADER.pack(*header)[:_FROM_ATTRIBUTES] + unsigned


def undecoded(first: int, last: int, error: Exception, size: int = 0) -> Undecoded:
    """What stands in place of the records of these offsets, which cannot be had."""
    reason = error.reason if isinstance(error, Unreadable) else Fault.UNDECODABLE
    told = error.detail if isinstance(error, Unreadable) else f"{type(error).__name__}: {error}"
    return Undecoded(b"", reason, f"offsets {first} to {last}: {told}", size)


def cut(record: Any, most: int) -> Undecoded | None:
    """The beginning of a record's value, where value, key and headers together are more than so many bytes."""
    size = len(record.value or b"") + len(record.key or b"")
    size += sum(len(name) + len(content or b"") for name, content in record.headers)
    if size <= most:
        return None
    return Undecoded(
        (record.value or b"")[:MAX_VALUE_BYTES], Fault.TOO_LARGE, f"{size} bytes; {most} are the most", size
    )


class Failures:
    """How often in a row the batch at a place could not be decoded."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], tuple[int, int]] = {}

    def final(self, topic: str, partition: int, offset: int) -> bool:
        """Note one more failure there; whether it is time to go on without."""
        known, count = self._counts.get((topic, partition), (offset, 0))
        count = count + 1 if known == offset else 1
        self._counts[topic, partition] = offset, count
        return count >= TRIES


def _last_offset(header: tuple[int, ...]) -> int:
    """The last offset of a batch as its header says; the first, where the header contradicts itself."""
    return header[0] + (header[6] if 0 <= header[6] < header[12] else 0)


def _streamed(packed: bytes, codec: int) -> bytes:
    if codec not in _STREAMS:
        raise Unreadable(Fault.UNDECODABLE, f"compression {codec} is not known")
    try:
        with pa.input_stream(pa.BufferReader(packed), compression=_STREAMS[codec]) as stream:
            content: bytes = stream.read(MAX_INFLATED_BYTES + 1)
    except (OSError, pa.ArrowException) as error:
        raise Unreadable(Fault.UNDECODABLE, f"its batch is not {_STREAMS[codec]}") from error
    _require_bounded(len(content))
    return content


def _unpacked(packed: bytes) -> bytes:
    """Snappy: in blocks, as Java's producers write it, or in one piece."""
    if not packed.startswith(_XERIAL):
        return _snappy(packed)
    content, place = bytearray(), _XERIAL_HEADER_BYTES
    while place < len(packed):
        (size,) = struct.unpack_from(">i", packed, place)
        content += _snappy(packed[place + 4 : place + 4 + size])
        _require_bounded(len(content))
        place += 4 + max(0, size)
    return bytes(content)


def _snappy(block: bytes) -> bytes:
    size, shift = 0, 0
    for byte in block[:5]:  # how long it will be stands first, in groups of 7 bits
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    _require_bounded(size)
    try:
        return bytes(pa.Codec("snappy").decompress(block, size, asbytes=True))
    except (OSError, pa.ArrowException) as error:
        raise Unreadable(Fault.UNDECODABLE, "its batch is not snappy") from error


def _require_bounded(size: int) -> None:
    if size > MAX_INFLATED_BYTES:
        raise Unreadable(Fault.TOO_LARGE, f"its batch grows beyond {MAX_INFLATED_BYTES} bytes")
