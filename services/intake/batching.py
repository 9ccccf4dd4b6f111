"""Records of texts -> batches of items with their embeddings: decode, encode, pack; what is unreadable is set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from services.attempts import Attempts
from services.edges import batches, class_names, texts
from services.edges.dead_letters import Fault, Unreadable, dead_letter
from services.edges.encoders.base import Encoder
from services.edges.journal.base import Message, Record
from services.edges.messages import TextMessage
from services.edges.metrics import Metrics
from services.edges.settings import TaskClass
from services.edges.topics import ITEMS
from stream.records import Floats, Items

READ_RECORDS = 256
"""Records in a batch, at most."""
_ENCODER_FAILURES = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
_PROBE = ["hello"]


class EncoderBroken(RuntimeError):
    """The encoder cannot embed the plainest text: not the texts are at fault."""


Ranges = Mapping[int, tuple[int, int]]
"""Partition -> the range [from, to) of its offsets."""


@dataclass
class Decoded:
    """Records told apart: ``read`` hold texts, ``failed`` do not; both in order."""

    read: list[tuple[Record, TextMessage]] = field(default_factory=list)
    failed: list[tuple[Record, Unreadable]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Batch:
    """What becomes of some records: the messages to write, in this order, and the records told apart."""

    letters: list[Message]
    items: list[Message]
    decoded: Decoded


class Batcher:
    """Makes batches of the texts of one topic, whose ``identity`` is ``cluster/topic-id``."""

    def __init__(
        self, encoder: Encoder, identity: str, metrics: Metrics, clock: Callable[[], float] = time.time
    ) -> None:
        self._encoder, self._identity, self._metrics, self._clock = encoder, identity, metrics, clock

    def batch(self, records: Sequence[Record], covered: Ranges, attempts: Attempts) -> Batch:
        """The items and dead letters of these records, which cover these ranges; of hopeless ones letters only.

        Raises EncoderBroken.
        """
        decoded = _harmless(records, attempts)
        ranges = {f"{self._identity}/{partition}": each for partition, each in covered.items()}
        items = batches.pack(self._encode(decoded, ranges), self._encoder.name)
        letters = [dead_letter(record, self._identity, error) for record, error in decoded.failed]
        return Batch(letters, [Message(ITEMS, value) for value in items], decoded)

    def count(self, batch: Batch) -> None:
        """Count what was read and what was set aside, once it is written."""
        for _, message in batch.decoded.read:
            self._metrics.count_texts(message.source or "")
        times = [message.time for _, message in batch.decoded.read if message.time is not None]
        if times:
            self._metrics.event_time_lag_seconds.set(max(0.0, self._clock() - max(times)))
        for record, error in batch.decoded.failed:
            self._metrics.dead_letters.labels(record.topic, error.reason).inc()

    def _encode(self, decoded: Decoded, covered: Mapping[str, tuple[int, int]]) -> Items:
        """The items of what could be read; texts that cannot be embedded join the failed ones."""
        started = time.perf_counter()
        rows = encode([message.text for _, message in decoded.read], self._encoder)
        self._metrics.encode_duration_seconds.observe(time.perf_counter() - started)
        failed = [read for index, read in enumerate(decoded.read) if index not in rows]
        decoded.failed += [(record, Unreadable(Fault.ENCODER_FAILED, self._encoder.name)) for record, _ in failed]
        decoded.read = [decoded.read[index] for index in rows]
        embeddings = np.reshape(list(rows.values()), (len(rows), self._encoder.dimension)).astype(np.float32)
        return pack(decoded.read, embeddings, self._identity, covered)


def _harmless(records: Sequence[Record], attempts: Attempts) -> Decoded:
    try:
        attempts.require_harmless()
    except Unreadable as error:
        return Decoded(failed=[(record, error.bare()) for record in records])
    return decode(records)


def decode(records: Sequence[Record]) -> Decoded:
    """Read each record's text message, or note why there is none."""
    decoded = Decoded()
    for record in records:
        try:
            decoded.read.append((record, texts.parse(record)))
        except Unreadable as error:
            decoded.failed.append((record, error.bare()))
    return decoded


def encode(messages: Sequence[str], encoder: Encoder) -> dict[int, Floats]:
    """The embedding of each text by its index; texts that the encoder cannot embed are left out.

    They are found by halving. Raises EncoderBroken where it cannot embed the plainest text either: then setting the
    texts aside would lose them all.
    """
    if not messages:
        return {}
    try:
        embeddings = encoder.encode(messages)
    except _ENCODER_FAILURES:
        if len(messages) > 1:
            middle = len(messages) // 2
            rest = encode(messages[middle:], encoder)
            return encode(messages[:middle], encoder) | {middle + index: row for index, row in rest.items()}
        _probe(encoder)
        return {}
    return {int(index): embeddings[index] for index in np.flatnonzero(np.isfinite(embeddings).all(axis=1))}


def _probe(encoder: Encoder) -> None:
    try:
        encoder.encode(_PROBE)
    except _ENCODER_FAILURES as error:
        raise EncoderBroken(
            f"encoder {encoder.name} cannot embed any text ({type(error).__name__}: {error})"
        ) from error


def pack(
    rows: Sequence[tuple[Record, TextMessage]],
    embeddings: Floats,
    identity: str,
    covered: Mapping[str, tuple[int, int]],
) -> Items:
    """The items of these texts, whose topic is ``identity``; embeddings (n, d); ``covered`` as in `Items`."""
    origins = [f"{identity}/{record.partition}/{record.offset}" for record, _ in rows]
    return Items(
        origins=origins,
        ids=[message.id or origin for (_, message), origin in zip(rows, origins, strict=True)],
        texts=[message.text for _, message in rows],
        embeddings=embeddings,
        labels=[message.label for _, message in rows],
        sources=[message.source or "" for _, message in rows],
        covered=covered,
        times=[record.time for record, _ in rows],
    )


def cover(records: Sequence[Record], positions: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """The range of each partition that these records account for, where ``positions`` says what was to come next.

    >>> cover([Record("texts", 2, 7, None, b"a", (), 0.0), Record("texts", 2, 9, None, b"b", (), 0.0)], {2: 5})
    {2: (5, 10)}
    """
    covered: dict[int, tuple[int, int]] = {}
    for record in records:
        start, _ = covered.get(record.partition, (positions[record.partition], 0))
        covered[record.partition] = (start, record.offset + 1)
    return covered


def holes(records: Iterable[Record], positions: Mapping[int, int]) -> list[tuple[int, int]]:
    """Where, as (partition, offset), a record was to come and another came: markers of transactions, or a loss.

    >>> holes([Record("texts", 2, 7, None, b"a", (), 0.0), Record("texts", 2, 9, None, b"b", (), 0.0)], {2: 7})
    [(2, 8)]
    """
    found, following = [], dict(positions)
    for record in records:
        if record.offset > following[record.partition]:
            found.append((record.partition, following[record.partition]))
        following[record.partition] = record.offset + 1
    return found


def announcement(classes: Sequence[TaskClass], encoder: Encoder) -> Message:
    """The batch that tells the learner the task's classes, embedded."""
    return Message(ITEMS, batches.encode_classes(class_names.embed_classes(classes, encoder), encoder.name))
