"""Batches as a broker keeps them -> the same without compression, or one line that says why not."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable

import pyarrow as pa
import pytest
from kafka.record.default_records import DefaultRecordBatch

from services.edges.dead_letters import Unreadable
from services.edges.record_batches import MAX_INFLATED_BYTES, TRIES, Batches, Failures, cut, undecoded
from tests.integration import handmade

TEXTS = [b"lost card", b"refund please"]
RECORDS = [handmade.record(place, text) for place, text in enumerate(TEXTS)]
GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4


def streamed(codec: str) -> Callable[[bytes], bytes]:
    """As producers pack with this codec."""

    def pack(content: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as stream:
            stream.write(content)
        return bytes(sink.getvalue())

    return pack


def snappy(content: bytes) -> bytes:
    return bytes(pa.Codec("snappy").compress(content, asbytes=True))


def java_snappy(content: bytes) -> bytes:
    """In blocks, as Java's producers write it."""
    length = max(16, len(content) // 100)
    blocks = [snappy(content[start : start + length]) for start in range(0, len(content), length)]
    return b"\x82SNAPPY\0" + struct.pack(">ii", 1, 1) + b"".join(struct.pack(">i", len(each)) + each for each in blocks)


PACKED = {
    "not": (0, bytes),
    "gzip": (GZIP, gzip.compress),
    "snappy": (SNAPPY, snappy),
    "Java's snappy": (SNAPPY, java_snappy),
    "lz4": (LZ4, streamed("lz4")),
    "zstd": (ZSTD, streamed("zstd")),
}


def batches(*data: bytes) -> Batches:
    return Batches(b"".join(data), DefaultRecordBatch)


@pytest.mark.parametrize("how", PACKED)
def test_the_records_of_a_batch_are_had_however_it_is_packed(how: str) -> None:
    codec, pack = PACKED[how]
    read = batches(handmade.batch(RECORDS, codec=codec, pack=pack))
    batch = read.next_batch()
    assert batch.validate_crc()
    assert [record.value for record in batch] == TEXTS
    assert (read.offsets, read.next_batch()) == ((0, 1), None)


@pytest.mark.parametrize("how", list(PACKED)[1:])
def test_a_batch_that_grows_beyond_the_bound_is_refused(how: str) -> None:
    codec, pack = PACKED[how]
    bomb = [handmade.record(0, bytes(MAX_INFLATED_BYTES))]
    with pytest.raises(Unreadable, match="too_large"):
        batches(handmade.batch(bomb, codec=codec, pack=pack)).next_batch()


@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD, 5, 7])
def test_what_is_not_packed_as_it_says_is_refused(codec: int) -> None:
    with pytest.raises(Unreadable, match="undecodable"):
        batches(handmade.batch(RECORDS, codec=codec, pack=lambda content: b"\x40" * 8 + content)).next_batch()


def test_a_flipped_bit_and_an_old_format_are_refused_and_the_batch_behind_is_had() -> None:
    good = handmade.batch(RECORDS, codec=GZIP, pack=gzip.compress)
    flipped, old = bytearray(good), bytearray(good)
    flipped[-1] ^= 1
    old[16] = 1
    read = batches(bytes(flipped), bytes(old), good)
    for reason in ("checksum", "format 1"):
        with pytest.raises(Unreadable, match=reason):
            read.next_batch()
        assert read.offsets == (0, 1)
    assert [record.value for record in read.next_batch()] == TEXTS


def test_a_header_that_contradicts_itself_covers_one_offset() -> None:
    far = bytearray(handmade.batch(RECORDS))
    struct.pack_into(">i", far, 23, 1_000_000)
    read = batches(bytes(far))
    read.next_batch()
    assert read.offsets == (0, 0)


def test_a_batch_that_is_not_there_whole_is_not_begun() -> None:
    good = handmade.batch(RECORDS)
    read = batches(good, good[:-1])
    assert read.next_batch() is not None
    assert (read.has_next(), read.next_batch(), read.size_in_bytes()) == (False, None, 2 * len(good) - 1)
    assert not batches(good[:10]).has_next()


def test_a_place_is_given_up_after_so_many_failures_in_a_row() -> None:
    failures = Failures()
    assert [failures.final("texts", 0, 7) for _ in range(TRIES)] == [False, False, True]
    assert not failures.final("texts", 0, 8)
    assert not failures.final("texts", 1, 7)


def test_what_stands_for_a_record_tells_its_coordinates_and_keeps_the_beginning_of_a_large_one() -> None:
    told = undecoded(3, 7, ValueError("odd"), 80)
    assert (told, told.reason, told.detail, told.size) == (b"", "undecodable", "offsets 3 to 7: ValueError: odd", 80)
    (record,) = DefaultRecordBatch(handmade.batch([handmade.record(0, b"x" * 100, [(b"name", b"y" * 10)])]))
    assert cut(record, 114) is None
    kept = cut(record, 113)
    assert kept is not None
    assert (kept, kept.reason, kept.size) == (b"x" * 100, "too_large", 114)
