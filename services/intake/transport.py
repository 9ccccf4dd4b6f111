"""A Kafka -> committed records only, and offsets committed just as far as they were handled: Faust's consumer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from mode import ServiceT
from mode.threads import WorkerThread

from services.intake.decoding import bound_decoding
from services.intake.order import Before

_POLL_SECONDS = 1.0
_ROOM_SECONDS = 0.02


class Reading(NamedTuple):
    """How far a partition was read: past its last record that was handed on, past all, and how far all goes.

    ``all`` counts what no one is shown as well: aborted records and the markers of transactions.
    """

    records: int
    all: int
    end: int


class Consumer(driver.Consumer):
    """Reads what was committed, and commits what is in ``done``: partition -> the offset that is next; with ``notes``.

    Faust itself derives what it commits from single acknowledgements and the gaps between them: where a gap lies
    behind the first record of a partition it never commits again, and a gap of a million aborted records costs as many
    list entries.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begun: dict[TP, int] = {}
        self.done: dict[TP, int] = {}
        self.notes: dict[TP, str] = {}
        self.read: dict[TP, Reading] = {}
        self.before: Before = {}
        self._answered = 0.0

    @property
    def answered(self) -> float:
        """When a broker answered last, on the monotonic clock: each 3 s at least, since heartbeats are answered too.

        May be asked from any thread.
        """
        consumer = self._thread._consumer
        connections = list(consumer._client._conns.values()) if consumer is not None else []
        self._answered = max([self._answered, *(each._last_action for each in connections)])
        return self._answered

    def begin(self, positions: Mapping[TP, int]) -> None:
        """These are the partitions from here on, and where they go on."""
        self.begun, self.done, self.before, self.notes = dict(positions), {}, {}, {}
        self.read = {place: Reading(offset, offset, offset) for place, offset in positions.items()}

    async def commit_note(self, place: TP, offset: int) -> None:
        """Commit the note beside an offset at once; nothing of a partition that is no longer ours."""
        await self._thread.commit({place: offset})

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Hand on what is read, until stopped; what a rebalance interrupts comes again.

        As Faust's, which makes four tasks of each record to be interrupted at, and where a partition waits for room
        looks a second later whether it still does.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                if self._get_active_partitions():
                    await self.wait_first(self._hand_on(await self._poll()), self.suspend_flow.wait())
                else:
                    await asyncio.sleep(_ROOM_SECONDS)
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    async def _poll(self) -> list[Message]:
        seconds = _ROOM_SECONDS if self._buffered_partitions else _POLL_SECONDS
        return [message async for _, message in self.getmany(seconds)]

    async def _hand_on(self, messages: Sequence[Message]) -> None:
        for message in messages:
            read = self._read_offset[message.tp]
            if read is None or message.offset >= read:
                await self.callback(message)
                self._read_offset[message.tp] = message.offset

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust's own watch takes an open transaction for a standstill."""

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon, Worker=_Daemon)

    def _filter_tps_with_pending_acks(self, topics: object = None) -> Iterator[TP]:  # noqa: ARG002  Faust's
        return iter(list(self.done))

    def _new_offset(self, tp: TP) -> int | None:
        self._acked.pop(tp, None)
        self._acked_index.pop(tp, None)
        return self.done.get(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Nothing: see the class."""


class Transport(driver.Transport):
    """Faust's, with our consumer."""

    Consumer = Consumer


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    consumer: Consumer

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        """Faust's reads aborted and open transactions too, unless its app writes transactions."""
        bound_decoding()
        created = super()._create_worker_consumer(transport)
        created._isolation_level = "read_committed"
        created.commit = partial(self._commit_noted, created.commit)
        return created

    async def _commit_noted(self, commit: Callable[..., Any], offsets: Mapping[TP, Any]) -> None:
        """Faust commits offsets and nothing beside them."""
        await commit({place: (each.offset, self.consumer.notes.get(TP(*place), "")) for place, each in offsets.items()})

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to where the group goes on, after what was read ahead is dropped."""
        committed: Mapping[TP, int] = await self.call_thread(self._rewind)
        return committed

    async def _rewind(self) -> Mapping[TP, int]:
        """As aiokafka's, which leaves a partition that was never committed wherever the reading got to."""
        consumer = self._ensure_consumer()
        committed: Mapping[TP, int] = await consumer.seek_to_committed()
        for place, begun in self.consumer.begun.items():
            if place in committed and not committed[place]:
                consumer.seek(place, begun)
        return committed

    async def _fetch_records(self, consumer: AIOKafkaConsumer, *args: Any, **kwargs: Any) -> dict[TP, list[Any]]:
        """Notes what was read in one go with reading it: here nothing comes in between."""
        fetched = dict(await super()._fetch_records(consumer, *args, **kwargs))
        read, before = self.consumer.read, self.consumer.before
        for place in consumer.assignment() & read.keys():
            end = read[place].records
            for record in fetched.get(place, ()):
                # What was read while the group gathered anew is dropped, and read again from where the group goes on.
                before[place, record.offset] = end if record.offset >= end else 0
                end = record.offset + 1
            state = consumer._subscription.subscription.assignment.state_value(place)
            if state.has_valid_position:
                read[place] = Reading(end, state.position, max(state.position, state.lso or 0))
        return fetched


class _Daemon(WorkerThread):
    """A thread that does not keep a process alive which wants to end."""

    def __init__(self, service: Any, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True
