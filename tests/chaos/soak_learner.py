"""The learner of a soak, in a process of its own -> how far it came and how much memory it holds."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from services.edges import logs, topics
from services.edges.settings_sources import load_settings

KEPT_SECONDS = 60.0
SHORT_LIVED = (topics.ITEMS, topics.DECISIONS, topics.LABELS)
ENCODER = "hashing"
_SAY_SECONDS = 0.1
_TIDY_SECONDS = 10.0


def shortened() -> list[topics.Topic]:
    """The topics of a Kafka, some of which keep their records for a minute only, in this process from now on."""
    kept = {name: replace(topics.TOPICS[name], retention_seconds=KEPT_SECONDS) for name in SHORT_LIVED}
    topics.TOPICS.update(kept)  # type: ignore[attr-defined]  # meant to be read only
    return [topics.TOPICS[topic.name] for topic in topics.ON_KAFKA]


def resident_mib() -> float:
    """The memory that this process holds."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1_024


def main() -> None:
    """Learn until killed."""
    shortened()
    # Not before: they take from the topics, when they are imported, how long those keep their records.
    from prometheus_client import CollectorRegistry

    from services import assembly
    from services.edges.journal.base import Journal
    from services.edges.learner_metrics import LearnerMetrics
    from services.edges.metrics import Metrics
    from services.learner import TICK_SECONDS, LearnerProcess
    from services.running import collect_rarely

    def tidy(journal: Journal, stop: Event) -> None:
        while not stop.wait(_TIDY_SECONDS):
            journal.tidy(time.time())

    logs.configure(level=logging.WARNING)
    collect_rarely()
    settings = load_settings()
    with assembly.build_journal(settings) as journal:
        Thread(target=tidy, args=(journal, Event()), daemon=True).start()
        metrics = LearnerMetrics(Metrics(CollectorRegistry()))
        process = LearnerProcess(journal, assembly.build_learner(settings), ENCODER, metrics)
        said = 0.0
        while True:
            process.step(TICK_SECONDS)
            if time.monotonic() - said >= _SAY_SECONDS:
                said = time.monotonic()
                parts = process.learner.parts
                _say([process.learner.texts, resident_mib(), len(parts.knowledge.examples), len(parts.landmarks)])


def _say(numbers: Iterable[float]) -> None:
    print(json.dumps(list(numbers)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
