"""Texts on Kafka -> items on Kafka, at least once and without a gap: what one of any number of intake workers does."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import faust
import structlog
from faust.types import TP

from services.attempts import Attempts
from services.edges.encoders.base import Encoder
from services.edges.journal.base import SILENT_SECONDS, JournalError, Message, Record
from services.edges.kafka_source import KafkaSource
from services.edges.metrics import Metrics
from services.edges.settings import Settings
from services.edges.topics import TEXTS
from services.intake.app import App, build_app
from services.intake.batching import Batch, Batcher, EncoderBroken, announcement, cover, holes
from services.intake.notes import Notes
from services.intake.order import in_order
from services.intake.transport import Consumer
from stream.records import Changes

_SETTLED = Attempts()
"""Nothing is noted of what is not the first step."""
_WATCH_SECONDS = 1.0
_IDENTITY_SECONDS = 5.0
_STUCK_SECONDS = 120.0

_log = structlog.get_logger()
_Answer = TypeVar("_Answer")


class IntakeStopped(JournalError):
    """The intake cannot go on; the message is one line that says why. What it did not finish, the next one will."""


class IntakeWorker:
    """Turns the texts of its partitions into items, each batch under the ranges of offsets that it accounts for.

    Encoding and questions to the broker run in a thread of their own, one at a time, so that the event loop and the
    group's heartbeats go on meanwhile. ``idle_seconds``: how long a partition has to be without texts before what only
    the broker sees there, such as the markers of transactions, is accounted for.
    """

    def __init__(
        self, settings: Settings, source: KafkaSource, metrics: Metrics, *, idle_seconds: float = 30.0
    ) -> None:
        self._settings, self._source, self._metrics, self._idle_seconds = settings, source, metrics, idle_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._notes = Notes(uuid.uuid4().hex[:8])
        self._attempts: dict[int, Attempts] = {}
        self._positions: dict[int, int] = {}
        self._quiet: dict[int, tuple[int, float]] = {}
        self._assigned = self._announced = False
        self._moved: float | None = None

    def ready(self) -> bool:
        """Whether the encoder is loaded, the topic was checked and the group has said which partitions are ours."""
        return self._assigned

    def silent(self) -> bool:
        """Whether no broker has answered for 10 s, be it that the group gathers anew for so long; ask once `ready`."""
        return time.monotonic() - self._consumer.answered > SILENT_SECONDS

    def progressing(self) -> bool:
        """Whether the texts that wait are being handled: where not, the process should be ended."""
        return self._moved is None or time.monotonic() - self._moved < _STUCK_SECONDS

    async def run(self, encoder: Encoder) -> None:
        """Handle texts until cancelled; call `stop` afterwards. Raises what makes it impossible to go on."""
        self._encoder = encoder
        self._batcher = Batcher(encoder, self._source.identity, self._metrics)
        self._sending = asyncio.Lock()
        self._app = build_app(self._settings.kafka, self._source.group, self._source.topic, self._handle)
        self._app.on_rebalance_complete.connect(self._begin)
        self._moved = time.monotonic()
        parts = [asyncio.ensure_future(_run(self._app)), asyncio.ensure_future(self._watch())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        finally:
            for part in parts:
                part.cancel()
            await asyncio.wait(parts, timeout=_WATCH_SECONDS)

    async def stop(self) -> None:
        """Finish the batch in hand, commit and leave the group; after a failure, leave what is in hand."""
        await self._app.stop()

    async def _handle(self, events: Sequence[faust.EventT[bytes]]) -> None:
        async with self._sending:
            messages, generation = (event.message for event in events), self._app.consumer_generation_id
            records = in_order(messages, self._positions, self._consumer.before, generation)
            for partition, attempts in self._attempts.items():
                if not attempts.settled:
                    await self._try([record for record in records if record.partition == partition], attempts)
                    records = [record for record in records if record.partition != partition]
            if records:
                await self._write(records, cover(records, self._positions))

    async def _try(self, records: list[Record], attempts: Attempts) -> None:
        """Handle the first records of a partition, each step under a note beside the group's offset."""
        note = attempts.first(records)
        for group in attempts.steps(records):
            if group:
                await self._note(group[0].partition, note)
                try:
                    await self._write(group, cover(group, self._positions), attempts)
                except IntakeStopped:
                    await self._note(group[0].partition, {})
                    raise
                note = attempts.changes()

    async def _note(self, partition: int, note: Changes) -> None:
        place = TP(self._source.topic, partition)
        self._consumer.notes[place] = self._notes.text(note)
        await self._consumer.commit_note(place, self._positions[partition])

    async def _write(
        self, records: Sequence[Record], covered: Mapping[int, tuple[int, int]], attempts: Attempts = _SETTLED
    ) -> None:
        """Write what becomes of these records; handled they are once all of it is acknowledged."""
        batch = await self._ask(self._prepare, records, covered, attempts)
        if survived := attempts.survived():
            await self._note(records[0].partition, survived)
        # All letters at once: they are many where somebody attacks. Items, which need their order, one after the other.
        await asyncio.gather(*[await self._send(letter) for letter in batch.letters])
        for items in batch.items:
            await (await self._send(items))
        ends = {partition: end for partition, (_, end) in covered.items()}
        self._positions |= ends
        done = {TP(self._source.topic, partition): end for partition, end in ends.items()}
        self._consumer.notes |= dict.fromkeys(done, "")
        self._consumer.done |= done
        self._moved = time.monotonic()
        self._batcher.count(batch)

    def _prepare(self, records: Sequence[Record], covered: Mapping[int, tuple[int, int]], attempts: Attempts) -> Batch:
        # Where no text is to be seen all of them may have been dropped, and the reading have gone on behind them.
        unseen = [] if records else [(partition, start) for partition, (start, _) in covered.items()]
        if found := [*holes(records, self._positions), *unseen]:
            self._source.refuse_gap(found)
        batch = self._batcher.batch(records, covered, attempts)
        self._source.require_same()
        return batch

    async def _send(self, message: Message) -> Awaitable[object]:
        """Hand a message to the producer; what is returned ends when it is acknowledged."""
        topic, headers = self._settings.kafka.topic_prefix + message.topic, list(message.headers)
        return await self._app.producer.send(topic, message.key, message.value, 0, None, headers)

    async def _begin(self, *_: object, **__: object) -> None:
        """Go on with the partitions of a new assignment, before the first of their records is read."""
        places = self._consumer.assignment()
        async with self._sending:
            self._positions = await self._ask(self._source.first_positions, [place.partition for place in places])
            notes = await self._ask(self._source.notes)
            self._attempts = {partition: Attempts() for partition in self._positions}
            for partition, attempts in self._attempts.items():
                attempts.restore(self._notes.entry(notes.get(partition, "")))
            self._quiet = {}
            self._consumer.begin({place: self._positions[place.partition] for place in places})
            if self._positions and not self._announced:
                await self._announce()
        self._assigned = True
        _log.info("assigned", partitions=sorted(self._positions))

    async def _announce(self) -> None:
        classes = self._settings.task.classes
        if classes:
            await (await self._send(await self._ask(announcement, classes, self._encoder)))
            _log.info("classes_announced", classes=len(classes), encoder=self._encoder.name)
        self._announced = True

    async def _watch(self) -> None:
        """Show the lag; notice in time what no batch of texts would tell: another topic, markers, a standstill."""
        asked = settled = time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not self._app.rebalancing:
                settled = time.monotonic()
            elif time.monotonic() - settled >= _STUCK_SECONDS:
                # Where Kafka is away while Faust goes back to where the group goes on, it gives up and says nothing.
                raise IntakeStopped(f"Kafka's group {self._source.group} did not settle for {_STUCK_SECONDS:.0f} s")
            lag = self._lag()
            self._metrics.journal_lag_records.labels(TEXTS).set(lag)
            if not lag:
                self._moved = time.monotonic()
            if self._sending.locked():
                continue
            if time.monotonic() - asked >= _IDENTITY_SECONDS:
                await self._ask(self._source.require_same)
                asked = time.monotonic()
            async with self._sending:
                if covered := self._unaccounted():
                    await self._write([], covered)

    def _lag(self) -> int:
        """Offsets of our partitions that are not handled, as far as the last answers of the broker tell."""
        readings = {place.partition: reading for place, reading in self._consumer.read.items()}
        in_hand = [max(0, reading.records - self._positions.get(place, 0)) for place, reading in readings.items()]
        return sum(in_hand) + sum(reading.end - reading.all for reading in readings.values())

    def _unaccounted(self) -> dict[int, tuple[int, int]]:
        """The ranges behind the last text of partitions that are idle.

        If they were left to the next text, a week without one would look like a loss: by then the broker has dropped
        them, and what they were cannot be told any more.
        """
        now, covered = time.monotonic(), {}
        for place, reading in self._consumer.read.items():
            position = self._positions.get(place.partition, reading.all)
            known, since = self._quiet.get(place.partition, (-1, now))
            if reading.all != known or reading.records > position:
                self._quiet[place.partition] = (reading.all, now)
            elif reading.all > position and now - since >= self._idle_seconds:
                covered[place.partition] = (position, reading.all)
        return covered

    async def _ask(self, function: Callable[..., _Answer], *arguments: Any) -> _Answer:
        """What ``function`` returns, called in the thread."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
        except EncoderBroken as error:
            raise IntakeStopped(str(error)) from error

    @property
    def _consumer(self) -> Consumer:
        return cast(Consumer, self._app.consumer)


async def _run(app: App) -> None:
    """Run until the app crashes; raises why."""
    await app.start()
    await app.wait_until_stopped()
    raise app.crash_reason or IntakeStopped("Faust stopped the intake without a reason")
