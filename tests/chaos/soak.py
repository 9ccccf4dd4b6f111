"""Ten million items through one learner -> how much its memory grows, and whether what is kept is bounded."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zlib import crc32

import numpy as np

from services import assembly
from services.edges import batches, datasets, kafka_topics
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import Journal, JournalError, Message
from services.edges.local_kafka import LocalKafka
from services.edges.messages import RequestMessage
from services.edges.settings_sources import load_settings
from services.edges.topics import DECISIONS, ITEMS
from services.oracle import Latency, Oracle, Truth
from stream import exact
from stream.records import Items
from tests.chaos.soak_learner import ENCODER, KEPT_SECONDS, shortened
from tests.threads import running

ITEMS_IN_ALL = 10_000_000
WARM_ITEMS = 3_000_000
"""By then 200,000 ids, 100,000 closed requests and 20,000 examples are remembered, and no more will be."""
PROMISED_SLOPE = 0.01
_BATCH = 256
_AHEAD_BATCHES = 24
_LAPS = 4
_NOISE = 0.02
_ANSWERED = 5
"""One request in so many is answered; the others expire."""
_LATE_SECONDS = 60.0
"""How much longer than asked for a record may stay: a broker drops whole segments."""
_SAMPLE_SECONDS = 5.0
_SETTINGS = {"BUDGET__FRACTION": "0.05", "REQUESTS__EXPIRE_SECONDS": "20", "ENCODER__MODEL": ENCODER}
_KAFKA = {"log.segment.bytes": 2**24, "log.retention.check.interval.ms": 5_000, "log.segment.delete.delay.ms": 1_000}


class Traffic:
    """Batches without end: the packaged texts, each time a little different, under ids of their own."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._texts = [row.text for row in datasets.load(datasets.BANKING77).rows]
        plain = HashingEncoder().encode(self._texts)
        noise = (rng.normal(0.0, _NOISE, plain.shape) for _ in range(_LAPS))
        self._embeddings = np.concatenate([exact.unit(plain + each) for each in noise])
        self.sent = 0

    def batch(self) -> list[Message]:
        """The next one."""
        start, self.sent = self.sent, self.sent + _BATCH
        rows = [place % len(self._embeddings) for place in range(start, self.sent)]
        items = Items(
            origins=[f"cluster/topic/0/{place}" for place in range(start, self.sent)],
            ids=[f"text-{place}" for place in range(start, self.sent)],
            texts=[self._texts[row % len(self._texts)] for row in rows],
            embeddings=self._embeddings[rows],
            labels=[None] * _BATCH,
            sources=[""] * _BATCH,
            covered={"cluster/topic/0": (start, self.sent)},
            times=[time.time()] * _BATCH,
        )
        return [Message(ITEMS, value) for value in batches.pack(items, ENCODER)]


class SomeAnswers:
    """The truth for one request in so many."""

    def __init__(self) -> None:
        self._truth = Truth.of(datasets.load(datasets.BANKING77))

    def answer(self, request: RequestMessage) -> str | None:
        """As `AnswerSource.answer`."""
        return self._truth.answer(request) if crc32(request.request_id.encode()) % _ANSWERED == 0 else None


class Learning:
    """The learner's process, and the last that it said: texts, MiB, examples, landmarks."""

    def __init__(self, log: Path) -> None:
        self.last = [0.0, 0.0, 0.0, 0.0]
        with log.open("wb") as errors:
            command = [sys.executable, "-m", "tests.chaos.soak_learner"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._listening = Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.last = json.loads(line)

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def run(kind: str, directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """So many items; the report."""
    items, topics = math.ceil(ITEMS_IN_ALL * share), shortened()
    broker = LocalKafka(directory / "kafka", settings=_KAFKA) if kind == "kafka" else nullcontext()
    with broker as local:
        os.environ |= {f"SLUICE_{name}": value for name, value in _SETTINGS.items()}
        os.environ["SLUICE_DATA__DIR"] = str(directory / "data")
        os.environ["SLUICE_KAFKA__BOOTSTRAP"] = local.bootstrap if local is not None else ""
        settings = load_settings()
        if local is not None:
            kafka_topics.apply(settings.kafka, topics)
        with assembly.build_journal(settings) as journal, _answering(journal):
            learning = Learning(directory / "learner.log")
            try:
                samples = _feed(journal, learning, Traffic(seed), items, directory, say)
            finally:
                learning.close()
    broken = [each for sample in samples for each in _too_old(sample)][:5]
    slope = _slope(samples)
    if slope is not None and slope >= PROMISED_SLOPE:
        broken.append(f"memory grows by {slope:.2%} per million items")
    return {
        "settings": {
            "journal": kind,
            "items": items,
            "kept_seconds": KEPT_SECONDS,
            "warm_items": WARM_ITEMS,
            **_SETTINGS,
        },
        "memory_slope_per_million": slope,
        "samples": samples[:: max(1, len(samples) // 60)],
        "broken": broken,
    }


def _feed(
    journal: Journal, learning: Learning, traffic: Traffic, items: int, directory: Path, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Append items, never far ahead of the learner, until it has decided them all; samples on the way."""
    samples: list[dict[str, Any]] = []
    started = sampled = time.monotonic()
    while learning.last[0] < items:
        if (code := learning.process.poll()) is not None:
            raise AssertionError(f"the learner ended with {code}: {(directory / 'learner.log').read_text()[-500:]}")
        # Not before the learner reads: what waits for longer than it is kept would be lost.
        if learning.last[1] and traffic.sent < items and traffic.sent - learning.last[0] < _AHEAD_BATCHES * _BATCH:
            journal.append(traffic.batch())
        else:
            time.sleep(0.01)
        if time.monotonic() - sampled >= _SAMPLE_SECONDS:
            sampled = time.monotonic()
            samples.append(_sample(journal, learning, directory, sampled - started))
            if len(samples) % 6 == 0:
                say(json.dumps(samples[-1]))
    samples.append(_sample(journal, learning, directory, time.monotonic() - started))
    return samples


def _sample(journal: Journal, learning: Learning, directory: Path, seconds: float) -> dict[str, Any]:
    texts, mib, examples, landmarks = learning.last
    files = [file.stat().st_size for file in directory.rglob("*") if file.is_file()]
    return {
        "seconds": round(seconds),
        "items": int(texts),
        "memory_mib": round(mib, 1),
        "examples": int(examples),
        "landmarks": int(landmarks),
        "files_mib": round(sum(files) / 2**20),
        "oldest_seconds": {topic: round(_oldest(journal, topic), 1) for topic in (ITEMS, DECISIONS)},
    }


def _oldest(journal: Journal, topic: str) -> float:
    """How long ago the first record that is still kept was written."""
    (low, _) = journal.bounds(topic)[topic, 0]
    records = journal.read({(topic, 0): low}, 1)
    return time.time() - records[0].time if records else 0.0


def _too_old(sample: dict[str, Any]) -> Iterator[str]:
    for topic, seconds in sample["oldest_seconds"].items():
        if seconds > KEPT_SECONDS + _LATE_SECONDS:
            yield f"{topic} keeps a record for {seconds:.0f} s after {sample['items']:,} items"


def _slope(samples: list[dict[str, Any]]) -> float | None:
    """Growth of the memory per million items, as a share of what it was when warm; None of too few items."""
    warm = [(each["items"] / 1e6, each["memory_mib"]) for each in samples if each["items"] >= WARM_ITEMS]
    if len(warm) < 10 or warm[-1][0] < 2 * WARM_ITEMS / 1e6:
        return None
    millions, mib = np.array(warm).T
    return round(float(np.polyfit(millions, mib, 1)[0] / mib[0]), 5)


def _answering(journal: Journal) -> AbstractContextManager[None]:
    """An oracle in a thread."""

    def answer(stop: Event) -> None:
        oracle = Oracle(journal, SomeAnswers(), Latency(1.0))
        try:
            oracle.run(stop)
        except JournalError:
            if not stop.is_set():
                raise

    return running(answer)


on_sqlite, on_kafka = partial(run, "sqlite"), partial(run, "kafka")
