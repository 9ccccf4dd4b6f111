"""A journal on disk, learner processes over it, and hands in place of intake and reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from services import assembly
from services.edges import batches, topics
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import Message, Record
from services.edges.journal.sqlite import SqliteJournal
from services.edges.learner_metrics import LearnerMetrics
from services.edges.messages import LabelMessage, OutcomeMessage, RequestMessage
from services.edges.metrics import Metrics
from services.edges.settings_sources import load_settings
from services.learner import LearnerProcess
from stream.learner import Learner
from stream.records import Decision, Items

NOON = 1_738_324_800.0
EXPIRE_SECONDS = 100.0
ENCODER = HashingEncoder("32")


def learner_with(**settings: object) -> Learner:
    """A learner that asks about every text, unless the settings (``section__name``) say otherwise."""
    asking = {"budget__fraction": 1.0, "budget__audit_share": 0.0, "requests__expire_seconds": EXPIRE_SECONDS}
    overrides = {name.replace("__", "."): value for name, value in {**asking, **settings}.items()}
    return assembly.build_learner(load_settings(overrides))


class Service:
    """The learner's surroundings: ``now`` is the time of its processes; each commit has a time of its own."""

    def __init__(self, directory: Path) -> None:
        ticks = count()
        self.directory = directory
        self.journal = SqliteJournal(directory, clock=lambda: NOON + next(ticks) / 1024)
        self.now = NOON
        self.registry = CollectorRegistry()
        self._written = 0

    def process(self, learner: Learner | None = None, encoder: str = ENCODER.name, **options: Any) -> LearnerProcess:
        """The next process, with metrics of its own, from where the last one committed."""
        self.registry = CollectorRegistry()
        metrics = LearnerMetrics(Metrics(self.registry))
        return LearnerProcess(
            self.journal, learner or learner_with(), encoder, metrics, clock=lambda: self.now, **options
        )

    def finish_refit(self, process: LearnerProcess) -> None:
        """Step the last process until it has adopted a refit of its thread."""
        for _ in range(3_000):
            if self.sample("model_updates_total"):
                return
            process.step(0.01)
        raise AssertionError("the refit was never adopted")

    def texts(self, *texts: str, labels: Sequence[str | None] = (), encoder: HashingEncoder = ENCODER) -> None:
        """Write one batch of items, as intake would, that follows the last one."""
        start, self._written = self._written, self._written + len(texts)
        origins = [f"cluster/topic/0/{offset}" for offset in range(start, self._written)]
        items = Items(
            origins=origins,
            ids=origins,
            texts=texts,
            embeddings=encoder.encode(texts),
            labels=labels or [None] * len(texts),
            sources=[""] * len(texts),
            covered={"cluster/topic/0": (start, self._written)},
            times=[self.now] * len(texts),
        )
        self.items(items, encoder.name)

    def skip_texts(self, texts: int) -> None:
        """Lose so many texts before the next ones."""
        self._written += texts

    def items(self, items: Items, encoder: str = ENCODER.name) -> None:
        """Write one batch of items."""
        self.journal.append([Message(topics.ITEMS, batches.encode_items(items, encoder))])

    def answer(self, request_id: str, label: str | None, reviewer: str = "ann", corrects: bool = False) -> None:
        """Write one answer; None skips."""
        message = LabelMessage(
            request_id=request_id, label=label, skip=label is None, reviewer=reviewer, corrects=corrects
        )
        self.journal.append([message.record()])

    def records(self, topic: str) -> list[Record]:
        """All that a topic keeps."""
        return self.journal.read({(topic, 0): 0}, 10_000)

    def decisions(self) -> list[Decision]:
        """All decisions as they were published."""
        return [each for record in self.records(topics.DECISIONS) for each in _decoded(record)]

    def outcomes(self) -> list[OutcomeMessage]:
        """What became of each answer, in order."""
        return [OutcomeMessage.parse(record.value or b"") for record in self.records(topics.LABEL_OUTCOMES)]

    def requests(self) -> dict[str, RequestMessage | None]:
        """Every request by its id, None where it is closed; in the order of their last records."""
        return {
            (record.key or b"").decode(): RequestMessage.parse(record.value) if record.value is not None else None
            for record in self.records(topics.LABEL_REQUESTS)
        }

    def open(self) -> list[str]:
        """The ids of the requests that wait for an answer."""
        return [request_id for request_id, request in self.requests().items() if request is not None]

    def state(self) -> dict[str, bytes | None]:
        """The learner's state entries as they were last committed."""
        return {(record.key or b"").decode(): record.value for record in self.records(topics.LEARNER_STATE)}

    def sample(self, name: str, **labels: str) -> float | None:
        """A metric of the last process."""
        return self.registry.get_sample_value(f"sluice_{name}", labels)


def _decoded(record: Record) -> list[Decision]:
    return batches.decode_decisions(record.value or b"")
