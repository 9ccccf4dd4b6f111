"""`python -m tests.services.stored_state FILE`: a state as this release writes it, to be read by all that come.

Run it once for each format, and keep what it makes: tests read it with whatever the code has become.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from services.edges import topics
from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from tests.services.worlds import ENCODER, Service, learner_with

CLASSES = ["card_lost", "refund", "fee"]
PROBES = ["my card is lost", "refund the money please", "a fee for what?"]


def learner() -> Any:
    """The learner that the stored state belongs to."""
    return learner_with(task__classes=CLASSES)


def write(path: Path) -> None:
    """Let a learner see texts, answers, an expiry and a refit, and store all that it would restore from."""
    with tempfile.TemporaryDirectory() as directory:
        service = Service(Path(directory))
        process = service.process(learner())
        service.texts(*PROBES, labels=CLASSES)
        for turn in range(40):
            service.texts(f"{PROBES[turn % 3]} {turn * turn}")
            process.step(0.0)
            if turn % 5:
                service.answer(service.open()[-1], CLASSES[turn % 3], "ann" if turn % 2 else "bob")
        process.step(0.0)
        told = {
            "positions": [[topic, partition, offset] for (topic, partition), offset in process.positions.items()],
            "texts": process.learner.texts,
            "version": process.learner.version,
            "open": sorted(service.open()),
            "probabilities": process.learner.predict(ENCODER.encode(PROBES)).probabilities.tolist(),
            "records": {topic: _records(service, topic) for topic in (topics.ITEMS, topics.LEARNER_STATE)},
        }
        process.close()
        service.journal.close()
    path.write_bytes(gzip.compress(json.dumps(told).encode(), mtime=0))


def read(path: Path, journal: SqliteJournal) -> dict[str, Any]:
    """Put a stored state into a new journal; what was known of it when it was written."""
    told: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    for topic, records in told["records"].items():
        journal.append(
            [
                Message(topic, base64.b64decode(value), base64.b64decode(key) if key is not None else None)
                for key, value in records
                if value is not None
            ]
        )
    return told


def _records(service: Service, topic: str) -> list[list[str | None]]:
    return [
        [None if each is None else base64.b64encode(each).decode() for each in (record.key, record.value)]
        for record in service.records(topic)
    ]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
