"""Texts on a real Kafka, intake workers in threads or processes, and what a learner would make of their items."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from prometheus_client import CollectorRegistry

from services.edges import batches, kafka_topics
from services.edges.batches import ClassesBatch, ItemsBatch
from services.edges.dead_letters import DeadLetter
from services.edges.encoders.base import Encoder
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import Record
from services.edges.kafka_source import KafkaSource
from services.edges.metrics import Metrics
from services.edges.settings import EncoderSettings, KafkaSettings, Settings, TaskClass, TaskSettings
from services.intake.worker import IntakeWorker
from stream.arrivals import Arrivals
from tests.waiting import PATIENCE_SECONDS, wait_for

_PROGRAM = """
import sys
from prometheus_client import CollectorRegistry
from services.edges import logs
from services.edges.journal.base import JournalError
from services.edges.metrics import Metrics
from services.edges.settings import Settings
from services.intake.process import run_intake
logs.configure()
try:
    run_intake(Settings(), Metrics(CollectorRegistry()))
except JournalError as error:
    sys.exit(f"error: {error}")
"""


class Topics:
    """What a test writes to and reads from the topics of one Kafka."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self.admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap)
        self._producer = KafkaProducer(bootstrap_servers=settings.bootstrap)

    def name(self, topic: str) -> str:
        return self.settings.topic_prefix + topic

    def write(self, texts: Sequence[bytes | None], partition: int = 0) -> list[int]:
        """Write texts; returns their offsets."""
        sent = [self._producer.send(self.name("texts"), text, b"key", partition=partition) for text in texts]
        return [each.get(10).offset for each in sent]

    def begin(self, texts: Sequence[bytes]) -> KafkaProducer:
        """Write texts in a transaction that is left open."""
        producer = KafkaProducer(bootstrap_servers=self.settings.bootstrap, transactional_id=f"{time.monotonic_ns()}")
        producer.init_transactions()
        producer.begin_transaction()
        for text in texts:
            producer.send(self.name("texts"), text, partition=0)
        producer.flush()
        return producer

    def transact(self, texts: Sequence[bytes], *, abort: bool = False) -> None:
        """Write texts in one transaction, and commit or abort it."""
        producer = self.begin(texts)
        if abort:
            producer.abort_transaction()
        else:
            producer.commit_transaction()
        producer.close()

    def drop(self, partition: int, before: int, topic: str = "texts") -> None:
        """What a retention does: nothing before this offset is kept."""
        self.admin.delete_records({TopicPartition(self.name(topic), partition): before})

    def committed(self, group: str) -> dict[int, int]:
        """Where the group goes on in each partition of `texts`."""
        found = self.admin.list_group_offsets({group: None})[group]
        return {place.partition: each.offset for place, each in found.items()}

    def recreate(self, topic: str = "texts") -> None:
        """Delete a topic and create it anew, under the same name."""
        name = self.name(topic)
        self.admin.delete_topics([name])
        wait_for(lambda: name not in self.admin.list_topics())
        kafka_topics.apply(self.settings)

    def close(self) -> None:
        self._producer.close()
        self.admin.close()


@contextmanager
def stream(topics: Topics, texts: int) -> Iterator[set[str]]:
    """Writes texts to all partitions from a thread, some 2,000 a second; yields what they will be."""
    written = [f"text {number}" for number in range(texts)]

    def write() -> None:
        for start in range(0, texts, 100):
            topics.write([text.encode() for text in written[start : start + 100]], partition=start // 100 % 4)
            time.sleep(0.05)

    thread = Thread(target=write)
    thread.start()
    yield set(written)
    thread.join()


class Reader:
    """Reads `items` as a learner does: a Gap is raised, repeats are passed over."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap, isolation_level="read_committed")
        self._items = TopicPartition(f"{settings.topic_prefix}items", 0)
        self._letters = TopicPartition(f"{settings.topic_prefix}dead-letters", 0)
        self._consumer.assign([self._items, self._letters])
        self._consumer.seek_to_beginning()
        self.arrivals = Arrivals()
        self.batches: list[ItemsBatch | ClassesBatch] = []
        self.texts: list[str] = []
        self.origins: list[str] = []
        self.letters: list[DeadLetter] = []

    def poll(self) -> int:
        """Take in what has come; says how many texts were admitted so far."""
        for place, records in self._consumer.poll(100).items():
            for record in records:
                if place == self._items:
                    self._take(batches.decode(record.value))
                else:
                    headers = tuple(record.headers)
                    self.letters.append(
                        DeadLetter.of(Record("dead-letters", 0, record.offset, record.key, record.value, headers, 0.0))
                    )
        return len(self.texts)

    @property
    def covered(self) -> list[Mapping[str, tuple[int, int]]]:
        """The ranges of each batch of items."""
        return [batch.items.covered for batch in self.batches if isinstance(batch, ItemsBatch)]

    def wait(self, texts: int, seconds: float = PATIENCE_SECONDS) -> None:
        """Read until so many texts were admitted."""
        wait_for(lambda: self.poll() >= texts, seconds)

    def close(self) -> None:
        self._consumer.close()

    def _take(self, batch: ItemsBatch | ClassesBatch) -> None:
        self.batches.append(batch)
        if isinstance(batch, ItemsBatch):
            rows = self.arrivals.admit(batch.items)
            self.texts += [batch.items.texts[row] for row in rows]
            self.origins += [batch.items.origins[row] for row in rows]


class Running:
    """A worker in a thread of this process, until `stop`; ``ended`` says how it ended by itself, if it did."""

    def __init__(self, settings: Settings, encoder: Encoder, idle_seconds: float) -> None:
        self.source = KafkaSource(settings.kafka)
        self.metrics = Metrics(CollectorRegistry())
        self.worker = IntakeWorker(settings, self.source, self.metrics, idle_seconds=idle_seconds)
        self.ended: Future[None] = Future()
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = Thread(target=self._run, args=[encoder])
        self._thread.start()

    def _run(self, encoder: Encoder) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(encoder))

    async def _serve(self, encoder: Encoder) -> None:
        self._task = asyncio.ensure_future(self.worker.run(encoder))
        await asyncio.wait([self._task])
        await self.worker.stop()
        if self._task.cancelled():
            self.ended.set_result(None)
        else:
            self.ended.set_exception(self._task.exception())

    def stop(self) -> None:
        if self._task is not None and not self.ended.done():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.source.close()

    @property
    def partitions(self) -> set[int]:
        """The partitions that it reads."""
        return set(self.worker._positions)

    @property
    def lag(self) -> float | None:
        """The metric."""
        return self.metrics.registry.get_sample_value("sluice_journal_lag_records", {"topic": "texts"})

    def loop_answers(self) -> bool:
        """Whether the worker's event loop goes on."""
        return asyncio.run_coroutine_threadsafe(asyncio.sleep(0, True), self._loop).result(1)


@contextmanager
def running(
    kafka: KafkaSettings,
    encoder: Encoder | None = None,
    classes: Sequence[str] = (),
    idle_seconds: float = 3_600.0,
    *,
    wait: bool = True,
) -> Iterator[Running]:
    task = TaskSettings(classes=tuple(TaskClass(name=name) for name in classes))
    settings = Settings(kafka=kafka, task=task, encoder=EncoderSettings(model="hashing"))
    started = Running(settings, encoder or HashingEncoder(), idle_seconds)
    try:
        if wait:
            wait_for(started.worker.ready)
        yield started
    finally:
        started.stop()


class Process:
    """A worker as a process of its own, whose log goes to a file."""

    def __init__(self, kafka: KafkaSettings, log: Path) -> None:
        chosen = {
            "SLUICE_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "SLUICE_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
            "SLUICE_ENCODER__MODEL": "hashing",
        }
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen([sys.executable, "-c", _PROGRAM], env=os.environ | chosen, stderr=file)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def told(self) -> str:
        """What it logged."""
        return self._log.read_text()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.wait()

    def terminate(self, seconds: float) -> int:
        """SIGTERM; the exit code, if it comes in time."""
        self._process.terminate()
        return self.wait(seconds)

    def wait(self, seconds: float) -> int:
        """The exit code, if it comes in time."""
        return self._process.wait(seconds)
