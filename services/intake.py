"""Records of texts -> batches of items with their embeddings: decode, encode, pack; what is unreadable is set aside."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Self

import numpy as np
import structlog

from services.edges import batches, class_names, texts
from services.edges.dead_letters import Fault, Unreadable, dead_letter
from services.edges.encoders.base import Encoder
from services.edges.journal.base import Journal, JournalError, Message, Positions, Record
from services.edges.messages import TextMessage
from services.edges.metrics import Metrics
from services.edges.settings import TaskClass
from services.edges.topics import ITEMS, TEXTS
from stream.records import Floats, Items

READ_RECORDS = 256
_WAIT_SECONDS = 1.0
_CLASSES = "classes"
"""Key of the state entry that holds the hash of the classes that were announced last."""
_ENCODER_FAILURES = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
_PROBE = ["hello"]

_log = structlog.get_logger()


@dataclass
class Decoded:
    """Records told apart: ``read`` hold texts, ``failed`` do not; both in order."""

    read: list[tuple[Record, TextMessage]] = field(default_factory=list)
    failed: list[tuple[Record, Unreadable]] = field(default_factory=list)


def decode(records: Sequence[Record]) -> Decoded:
    """Read each record's text message, or note why there is none."""
    decoded = Decoded()
    for record in records:
        try:
            decoded.read.append((record, texts.parse(record)))
        except Unreadable as error:
            decoded.failed.append((record, error))
    return decoded


def encode(messages: Sequence[str], encoder: Encoder) -> dict[int, Floats]:
    """The embedding of each text by its index; texts that the encoder cannot embed are left out.

    They are found by halving. Raises what the encoder raises where it cannot embed the plainest text either: then not
    the texts are at fault, and setting them aside would lose them all.
    """
    try:
        embeddings = encoder.encode(messages)
    except _ENCODER_FAILURES:
        if len(messages) > 1:
            middle = len(messages) // 2
            rest = encode(messages[middle:], encoder)
            return encode(messages[:middle], encoder) | {middle + index: row for index, row in rest.items()}
        encoder.encode(_PROBE)
        return {}
    return {int(index): embeddings[index] for index in np.flatnonzero(np.isfinite(embeddings).all(axis=1))}


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


class Intake:
    """Turns `texts` into `items`, in order, from where the last process of this kind committed.

    ``classes`` are the task's, announced in a batch of their own before the first items. Raises JournalError where
    texts were dropped by their retention before they were read.
    """

    def __init__(self, journal: Journal, encoder: Encoder, classes: Sequence[TaskClass], metrics: Metrics) -> None:
        self._journal, self._encoder, self._metrics = journal, encoder, metrics
        self._identity = journal.identity(TEXTS)
        self._writer = journal.writer("intake")
        oldest = {place: low for place, (low, _) in journal.bounds(TEXTS).items()}
        self._positions = oldest | dict(self._writer.positions)
        self._refuse_gap()
        self._announce(classes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, stop: Event) -> None:
        """Step until asked to stop."""
        while not stop.is_set():
            self.step(_WAIT_SECONDS)

    def close(self) -> None:
        """Give the name of the intake up."""
        self._writer.close()

    @property
    def positions(self) -> Positions:
        """What is read next, for the lag."""
        return dict(self._positions)

    def step(self, wait: float) -> int:
        """Handle the next texts in one transaction, waiting up to ``wait`` seconds for the first; says how many."""
        records = self._journal.read(self._positions, READ_RECORDS, wait)
        if not records:
            return 0
        if any(record.offset > self._positions[record.topic, record.partition] for record in _firsts(records)):
            self._refuse_gap()
        decoded = decode(records)
        items = self._encode(decoded, self._cover(records))
        outputs = [Message(ITEMS, value) for value in batches.pack(items, self._encoder.name)]
        outputs += [dead_letter(record, self._identity, error) for record, error in decoded.failed]
        self._writer.commit(outputs, {}, self._positions)
        self._count(decoded)
        return len(records)

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

    def _cover(self, records: Sequence[Record]) -> dict[str, tuple[int, int]]:
        """Move the positions past these records; says which range of each partition that was."""
        covered: dict[str, tuple[int, int]] = {}
        for record in records:
            partition = f"{self._identity}/{record.partition}"
            start, _ = covered.get(partition, (self._positions[TEXTS, record.partition], 0))
            covered[partition] = (start, record.offset + 1)
        self._positions |= {(TEXTS, record.partition): record.offset + 1 for record in records}
        return covered

    def _announce(self, classes: Sequence[TaskClass]) -> None:
        """Append the embedded classes, unless these were the last that this encoder embedded."""
        digest = class_names.digest(classes, self._encoder.name).encode()
        if not classes or self._writer.state.get(_CLASSES) == digest:
            return
        names = class_names.embed_classes(classes, self._encoder)
        announcement = Message(ITEMS, batches.encode_classes(names, self._encoder.name))
        self._writer.commit([announcement], {_CLASSES: digest}, self._positions)
        _log.info("classes_announced", classes=len(classes), encoder=self._encoder.name)

    def _refuse_gap(self) -> None:
        for place, (oldest, _) in self._journal.bounds(TEXTS).items():
            if self._positions[place] < oldest:
                raise JournalError(
                    f"texts {self._positions[place]} to {oldest - 1} of partition {place[1]} were dropped by their "
                    "retention before the intake read them: to go on without them, begin a new data directory"
                )

    def _count(self, decoded: Decoded) -> None:
        for _, message in decoded.read:
            self._metrics.count_texts(message.source or "")
        for record, error in decoded.failed:
            self._metrics.dead_letters.labels(record.topic, error.reason).inc()


def _firsts(records: Sequence[Record]) -> Collection[Record]:
    """The first record of each partition."""
    return {record.partition: record for record in reversed(records)}.values()
