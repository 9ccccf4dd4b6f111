"""State values of any size <-> records that a broker takes: large values are cut up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from services.edges.journal.base import Headers, Message, Record

CHUNK_BYTES = 256 * 1024
_HEADER = "chunks"
_BETWEEN = "\x1f"


class Chunks:
    """Cuts values for one state topic, and knows in how many chunks each was written last."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._counts: dict[str, int] = {}

    def cut(self, entries: Mapping[str, bytes | None]) -> Iterator[Message]:
        """The records of these entries; chunks that a shorter value leaves over become tombstones."""
        for key, value in entries.items():
            chunks = _chunks(value)
            before = self._counts.pop(key, 0)
            if chunks:
                self._counts[key] = len(chunks)
            for number, chunk in enumerate(chunks):
                yield self._message(f"{key}{_BETWEEN}{number}", chunk)
            for number in range(len(chunks), before):
                yield self._message(f"{key}{_BETWEEN}{number}", None)
            headers: Headers = ((_HEADER, b"%d" % len(chunks)),) if chunks else ()
            yield self._message(key, b"" if chunks else value, headers)

    def _message(self, key: str, value: bytes | None, headers: Headers = ()) -> Message:
        return Message(self._topic, value, key.encode(), headers)

    def join(self, records: Mapping[str, Record]) -> dict[str, bytes]:
        """The entries of which these are the last records by their keys."""
        entries: dict[str, bytes] = {}
        for key, record in records.items():
            if _BETWEEN in key or record.value is None:
                continue
            count = int(dict(record.headers).get(_HEADER, b"0"))
            if count:
                self._counts[key] = count
            pieces = (records[f"{key}{_BETWEEN}{number}"].value or b"" for number in range(count))
            entries[key] = b"".join(pieces) if count else record.value
        return entries


def latest(records: Iterable[Record], known: dict[str, Record]) -> None:
    """Bring the last record of each key up to date; a tombstone removes it."""
    for record in records:
        key = (record.key or b"").decode()
        if record.value is None:
            known.pop(key, None)
        else:
            known[key] = record


def _chunks(value: bytes | None) -> list[bytes]:
    """The pieces of a value that is too large for one record; none of one that is not."""
    if value is None or len(value) <= CHUNK_BYTES:
        return []
    return [value[start : start + CHUNK_BYTES] for start in range(0, len(value), CHUNK_BYTES)]
