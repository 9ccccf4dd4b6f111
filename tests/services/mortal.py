"""A data directory -> an intake and a learner that handle all that waits, in processes that some texts end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.sqlite import SqliteJournal
from services.edges.learner_metrics import LearnerMetrics
from services.edges.metrics import Metrics
from services.intake.embedded import Intake
from services.learner import LearnerProcess
from stream.effects import Learned, Observation
from stream.learner import Learner
from stream.records import Floats, Items, Label
from tests.services.worlds import learner_with

ENCODER_KILLER, LEARNER_KILLER, LABEL_KILLER = "ends the encoder", "ends the learner", "ends it too"


def _end_if(ends: bool) -> None:
    if ends:
        os.kill(os.getpid(), signal.SIGKILL)


class MortalEncoder(HashingEncoder):
    """Ends its process at some texts, as a fault in a library does."""

    def encode(self, texts: Sequence[str]) -> Floats:
        _end_if(any(ENCODER_KILLER in text for text in texts))
        return super().encode(texts)


class MortalLearner(Learner):
    """Ends its process at some texts, and at one label."""

    def observe(self, items: Items, now: float) -> Observation:
        _end_if(any(LEARNER_KILLER in text for text in items.texts))
        return super().observe(items, now)

    def learn(self, labels: Sequence[Label], now: float) -> Learned:
        _end_if(any(label.label == LABEL_KILLER for label in labels))
        return super().learn(labels, now)


def main(directory: Path) -> None:
    """Handle all that waits."""
    with SqliteJournal(directory) as journal:
        encoder = MortalEncoder("32")
        with Intake(journal, encoder, [], Metrics(CollectorRegistry())) as intake:
            while intake.step(0.0):
                pass
        learner = MortalLearner(learner_with(budget__fraction=0.5).parts)
        process = LearnerProcess(journal, learner, encoder.name, LearnerMetrics(Metrics(CollectorRegistry())))
        while process.step(0.0):
            pass
        process.close()


def keep(directory: Path) -> int:
    """Start processes until one gets through; how many did not. Each begins with all that takes long to import."""
    for deaths in range(20):
        child = os.fork()
        if not child:
            main(directory)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not status:
            return deaths
        assert os.WTERMSIG(status) == signal.SIGKILL, f"it ended otherwise: {status}"
    raise AssertionError("none got through")


if __name__ == "__main__":
    for _ in sys.stdin:
        print(keep(Path(sys.argv[1])), flush=True)  # noqa: T201  its parent reads it
