"""Items on a Kafka -> decisions on it, a transaction a step: the learner's process against a real broker.

The stream is that of `benchmarks.learner`, written before the clock starts; broker and learner share the machine, as
they would on a small one. Then a new process restores 20,000 examples, in whose memory no encoder is.

No reviewers answer 5% of this many texts. The first figure is what lasts: requests expire after 2 s, so that each ask
also costs its end (a tombstone, a place in the memory of closed requests). With the default, a week, the queue is full
after 180,000 texts, and the later ones are cheap, for nothing is asked; the second figure is for those before.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from benchmarks.figures import Figure, say
from benchmarks.learner import Stream
from services import assembly
from services.edges import batches, kafka_topics, logs
from services.edges.journal.base import Journal, Message
from services.edges.learner_metrics import LearnerMetrics
from services.edges.local_kafka import LocalKafka
from services.edges.metrics import Metrics
from services.edges.settings import Settings
from services.edges.settings_sources import load_settings
from services.edges.topics import ITEMS
from services.learner import LearnerProcess
from services.running import collect_rarely
from stream.records import Items

REPETITIONS = 5
REPETITIONS_OPEN = 3
"""5% of so many times `TEXTS` are fewer than may be open."""
TEXTS = 50_000
EXAMPLES = 20_000
_RESTORE = "--restore"
_STRATEGY = "margin"
_WAIT_SECONDS = 0.5
_APPENDED = 40


def learner_over(journal: Journal, settings: Settings) -> LearnerProcess:
    """What `sluice learner` runs, without its health server."""
    collect_rarely()
    metrics = LearnerMetrics(Metrics(CollectorRegistry()))
    return LearnerProcess(journal, assembly.build_learner(settings), "minilm", metrics)


def write(journal: Journal, items: Sequence[Items]) -> None:
    """Append batches of items, as the intake makes them."""
    values = [value for each in items for value in batches.pack(each, "minilm")]
    for start in range(0, len(values), _APPENDED):
        journal.append([Message(ITEMS, value) for value in values[start : start + _APPENDED]])


def work(process: LearnerProcess, texts: int) -> float:
    """Let so many texts be decided; returns how many a second."""
    goal, started = process.learner.texts + texts, time.perf_counter()
    while process.learner.texts < goal:
        process.step(_WAIT_SECONDS)
    return texts / (time.perf_counter() - started)


def restore() -> None:
    """In a process of its own: print the seconds until restored, and the memory in MB."""
    settings = load_settings()
    with assembly.build_journal(settings) as journal:
        started = time.perf_counter()
        process = learner_over(journal, settings)
        seconds = time.perf_counter() - started
        assert len(process.learner.parts.knowledge.examples) == EXAMPLES, len(process.learner.parts.knowledge.examples)
        assert "torch" not in sys.modules
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        process.close()
    print(seconds, int(resident) / 1_024)


def rates(journal: Journal, process: LearnerProcess, stream: Stream, repetitions: int) -> list[float]:
    """How many texts a second a new learner decides, time after time."""
    write(journal, [stream.labelled()])
    work(process, 5 * 77)
    found = []
    for _ in range(repetitions):
        write(journal, stream.unlabelled(TEXTS))
        found.append(work(process, TEXTS))
    return found


def measure(settings: Settings, lasting: Settings) -> list[Figure]:
    """``lasting``: settings with topics of their own, whose requests stay open."""
    for each in (settings, lasting):
        kafka_topics.apply(each.kafka)
    with assembly.build_journal(lasting) as journal:
        process = learner_over(journal, lasting)
        staying = rates(journal, process, Stream(), REPETITIONS_OPEN)
        process.close()
    with assembly.build_journal(settings) as journal:
        stream, process = Stream(), learner_over(journal, settings)
        expiring = rates(journal, process, stream, REPETITIONS)
        write(journal, stream.examples(EXAMPLES))
        work(process, EXAMPLES)
        process.close()
    command = [sys.executable, "-m", "benchmarks.kafka", _RESTORE]
    found = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(3)]
    return [
        Figure("learner over Kafka, margin", "items/s", expiring, 80_000.0),
        Figure("learner over Kafka, margin, requests stay open", "items/s", staying),
        Figure("election and restore of 20,000 examples", "s", [float(seconds) for seconds, _ in found]),
        Figure("memory of the learner then", "MB", [float(resident) for _, resident in found]),
    ]


def main() -> None:
    logs.configure(level=logging.WARNING)
    if _RESTORE in sys.argv:
        restore()
        return
    with tempfile.TemporaryDirectory() as directory, LocalKafka(Path(directory)) as broker:
        os.environ |= {
            "SLUICE_KAFKA__BOOTSTRAP": broker.bootstrap,
            "SLUICE_LEARNER__STRATEGY": _STRATEGY,
            "SLUICE_REQUESTS__EXPIRE_SECONDS": "2",
        }
        week = load_settings({"kafka.topic_prefix": "open.", "requests.expire_seconds": 7 * 86_400.0})
        figures = measure(load_settings(), week)
    say(figures, {"texts": TEXTS, "examples": EXAMPLES, "classes": 77, "strategy": _STRATEGY})


if __name__ == "__main__":
    main()
