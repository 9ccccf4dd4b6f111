"""Texts appended -> decisions that can be looked up: the embedded service as a share of what its encoder alone can do.

Both are measured in turn, with the same encoder, batch size and texts in the same order. The service is intake and
learner, in a thread each, and the console's follower, over a journal in a temporary directory; beforehand it was taught
some labels of each class, so that it predicts and scores as it does in earnest.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it; torch has its own threads
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # those would spin for each other: beside other load, a quarter of the speed

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event
from typing import TypeVar

from prometheus_client import CollectorRegistry

from benchmarks import banking
from benchmarks.figures import Figure, say
from services import assembly
from services.console.follower import Follower, identities
from services.console.view import FILE, View
from services.edges import logs
from services.edges.encoders.base import Encoder
from services.edges.journal.sqlite import SqliteJournal
from services.edges.learner_metrics import LearnerMetrics
from services.edges.messages import TextMessage
from services.edges.metrics import Metrics
from services.edges.settings_sources import load_settings
from services.intake.batching import READ_RECORDS
from services.intake.embedded import Intake
from services.learner import LearnerProcess

ROUNDS = 5
TEXTS = 10 * READ_RECORDS
LABELS_PER_CLASS = 5
TARGET = 0.85
_WAIT_SECONDS = 0.5
T = TypeVar("T")


class Service:
    """What `sluice up` runs, without HTTP."""

    def __init__(self, directory: Path, encoder: Encoder) -> None:
        metrics = Metrics(CollectorRegistry())
        learner = assembly.build_learner(load_settings())
        self._journal = SqliteJournal(directory)
        self._learner = LearnerProcess(self._journal, learner, encoder.name, LearnerMetrics(metrics))
        self._intake = Intake(self._journal, encoder, (), metrics)
        self._view = View(directory / FILE, identities(self._journal))
        self._follower = Follower(self._journal, self._view)

    def seconds(self, messages: Sequence[TextMessage]) -> float:
        """From the first append to when the last text's decision can be looked up."""
        with self._working() as parts:
            started = time.perf_counter()
            for block in _blocks(messages):
                self._journal.append([message.record() for message in block])
            while not self._view.decisions([str(messages[-1].id)]):
                self._follower.step(_WAIT_SECONDS)
                for ended in filter(Future.done, parts):
                    ended.result()
            return time.perf_counter() - started

    @contextmanager
    def _working(self) -> Iterator[list[Future[None]]]:
        """Intake and learner at work in a thread each."""
        stop = Event()

        def work(step: Callable[[float], int]) -> None:
            while not stop.is_set():
                step(_WAIT_SECONDS)

        with ThreadPoolExecutor(2) as threads:
            try:
                yield [threads.submit(work, part.step) for part in (self._intake, self._learner)]
            finally:
                stop.set()

    def close(self) -> None:
        for part in (self._intake, self._learner, self._view, self._journal):
            part.close()


def bare_seconds(encoder: Encoder, texts: Sequence[str]) -> float:
    """Of the encoder alone."""
    started = time.perf_counter()
    for block in _blocks(texts):
        encoder.encode(block)
    return time.perf_counter() - started


def compare(service: Service, encoder: Encoder) -> tuple[list[float], list[float]]:
    """Texts a second of the encoder alone and of the service, by rounds."""
    rows = banking.rows()
    labelled = banking.first_of_each_class(rows, LABELS_PER_CLASS)
    service.seconds([TextMessage(text=rows[row].text, label=rows[row].label, id=f"given-{row}") for row in labelled])
    texts = [row.text for row in rows[:TEXTS]]
    bare, whole = [], []
    for number in range(ROUNDS):
        bare.append(TEXTS / bare_seconds(encoder, texts))
        messages = [TextMessage(text=text, id=f"{number}-{place}") for place, text in enumerate(texts)]
        whole.append(TEXTS / service.seconds(messages))
    return bare, whole


def main() -> None:
    logs.configure(level=logging.WARNING)
    encoder = assembly.build_encoder(load_settings())
    with tempfile.TemporaryDirectory() as directory:
        service = Service(Path(directory), encoder)
        bare, whole = compare(service, encoder)
        service.close()
    figures = [
        Figure("encoder alone", "texts/s", bare),
        Figure("embedded service", "texts/s", whole),
        Figure("embedded service / encoder alone", "ratio", [median(whole) / median(bare)], TARGET),
    ]
    say(figures, {"texts": TEXTS, "batch_texts": READ_RECORDS, "encoder": encoder.name})


def _blocks(column: Sequence[T]) -> Iterator[Sequence[T]]:
    return (column[start : start + READ_RECORDS] for start in range(0, len(column), READ_RECORDS))


if __name__ == "__main__":
    main()
