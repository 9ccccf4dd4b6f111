"""Texts on a Kafka -> decisions on it: intake and learner as processes, as a share of what their encoder alone can do.

Both are measured in turn, with the same encoder, batch size and texts in the same order; broker, intake and learner
share the machine with nobody else. The processes are warm: they have decided texts before the clock starts.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it; torch has its own threads
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # those would spin for each other: beside other load, a quarter of the speed

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import banking
from benchmarks.end_to_end import bare_seconds
from benchmarks.figures import Figure, say
from services import assembly
from services.edges import batches, kafka_topics, logs
from services.edges.journal.base import Journal
from services.edges.local_kafka import LocalKafka
from services.edges.messages import TextMessage
from services.edges.settings_sources import load_settings
from services.edges.topics import DECISIONS

ROUNDS = 5
TEXTS = 2_560
WARM_TEXTS = 512
TARGET = 0.8
_APPENDED = 256
_PATIENCE_SECONDS = 120.0
_ROLES = ("intake", "learner")


class Service:
    """What stands behind the topics; `seconds` feeds it and waits for the decisions."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._position = journal.bounds(DECISIONS)[DECISIONS, 0][0]

    def seconds(self, messages: Sequence[TextMessage]) -> float:
        """From the first append to when as many decisions were read."""
        started, decided = time.perf_counter(), 0
        for start in range(0, len(messages), _APPENDED):
            self._journal.append([message.record() for message in messages[start : start + _APPENDED]])
        while decided < len(messages):
            records = self._journal.read({(DECISIONS, 0): self._position}, 100, 1.0)
            decided += sum(len(batches.decode_decisions(record.value or b"")) for record in records)
            self._position = records[-1].offset + 1 if records else self._position
            assert time.perf_counter() - started < _PATIENCE_SECONDS, f"{decided} of {len(messages)} decided"
        return time.perf_counter() - started


@contextmanager
def processes(directory: Path) -> Iterator[None]:
    """Intake and learner, ended by SIGTERM."""
    command = Path(sys.executable).with_name("sluice")
    running = []
    for role in _ROLES:
        with (directory / f"{role}.log").open("wb") as log:
            running.append(subprocess.Popen([command, role], cwd=directory, stdout=log, stderr=log))
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        codes = [process.wait() for process in running]
        assert codes == [0] * len(_ROLES), codes


def main() -> None:
    logs.configure(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as name, LocalKafka(Path(name) / "kafka") as broker:
        os.environ["SLUICE_KAFKA__BOOTSTRAP"] = broker.bootstrap
        settings = load_settings()
        kafka_topics.apply(settings.kafka)
        encoder = assembly.build_encoder(settings)
        texts = [row.text for row in banking.rows()[:TEXTS]]
        bare, whole = [], []
        with processes(Path(name)), assembly.build_journal(settings) as journal:
            service = Service(journal)
            service.seconds(
                [TextMessage(text=text, id=f"warm-{place}") for place, text in enumerate(texts[:WARM_TEXTS])]
            )
            for number in range(ROUNDS):
                bare.append(TEXTS / bare_seconds(encoder, texts))
                messages = [TextMessage(text=text, id=f"{number}-{place}") for place, text in enumerate(texts)]
                whole.append(TEXTS / service.seconds(messages))
    figures = [
        Figure("encoder alone", "texts/s", bare),
        Figure("service on Kafka", "texts/s", whole),
        Figure("service on Kafka / encoder alone", "ratio", [median(whole) / median(bare)], TARGET),
    ]
    say(figures, {"texts": TEXTS, "encoder": encoder.name, "processes": list(_ROLES)})


if __name__ == "__main__":
    main()
