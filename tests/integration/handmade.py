"""Batches of Kafka records made by hand, with anything in them, and how to get them into a broker."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

from kafka.record.util import calc_crc32c

_HEADER = struct.Struct(">qiibIhiqqqhii")
_TIME = 1_738_324_800_000


def varint(number: int) -> bytes:
    """A number as records hold them: zigzag, in groups of 7 bits."""
    number, out = (number << 1) ^ (number >> 63), bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def record(place: int, value: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """One record of a batch, in which it has this place."""
    told = b"".join(varint(len(name)) + name + varint(len(content)) + content for name, content in headers)
    body = b"\0\0" + varint(place) + varint(-1) + varint(len(value)) + value + varint(len(headers)) + told
    return varint(len(body)) + body


def batch(records: Sequence[bytes], *, codec: int = 0, pack: Callable[[bytes], bytes] = bytes) -> bytes:
    """A batch of these records, which ``pack`` packs as ``codec`` says."""
    content = pack(b"".join(records))
    last = len(records) - 1
    tail = _HEADER.pack(0, 0, 0, 2, 0, codec, last, _TIME, _TIME, -1, -1, -1, len(records))[21:] + content
    return struct.pack(">qiibI", 0, 9 + len(tail), 0, 2, calc_crc32c(tail)) + tail


def produce(bootstrap: str, topic: str, partition: int, data: bytes) -> int:
    """Send a batch as it is; returns its first offset. The broker checks what a broker checks."""
    host, _, port = bootstrap.partition(":")
    name = struct.pack(">h", len(topic)) + topic.encode()
    body = struct.pack(">hhihhhi", 0, 3, 1, -1, -1, -1, 30_000) + struct.pack(">i", 1) + name
    body += struct.pack(">iii", 1, partition, len(data)) + data
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        (size,) = struct.unpack(">i", _receive(connection, 4))
        answer = _receive(connection, size)
    error, offset = struct.unpack_from(">hq", answer, 8 + len(name) + 8)
    assert error == 0, f"the broker answers with error {error}"
    return int(offset)


def damage(directory: Path, topic: str, partition: int, known: bytes) -> None:
    """Flip a bit where these bytes stand in the log of a broker."""
    (log,) = (directory / "logs" / f"{topic}-{partition}").glob("*.log")
    place = log.read_bytes().index(known)
    with log.open("r+b") as file:
        file.seek(place)
        file.write(bytes([known[0] ^ 1]))


def _receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        received = connection.recv(size - len(data))
        assert received, "the broker hung up"
        data += received
    return data
