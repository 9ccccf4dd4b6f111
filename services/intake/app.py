"""Kafka settings -> a Faust app that hands over records of texts, each until it is acknowledged."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import faust
from mode import CrashingSupervisor

from services.edges.settings import KafkaSettings
from services.intake.batching import READ_RECORDS
from services.intake.transport import Transport

_WITHIN_SECONDS = 0.05
"""How long a batch waits to fill up."""
_GATHERED_RECORDS = 128
"""Taken over from Faust while a batch is written; what follows waits in Faust's buffer."""
_POLL_RECORDS = 64
_BUFFER_RECORDS = 320
"""Five polls, since Faust stops at four fifths, and a full buffer makes it slow. Its 4,096 are no faster, and would be
4 GiB of records as large as may be."""
_METADATA_MS = 30_000
"""How old may be what is known of the topic: partitions that were added are read so soon. aiokafka's 5 min are long."""
_MAX_REQUEST_BYTES = 2 * 2**20
_MAX_BATCH_BYTES = 2**20
"""aiokafka has one batch under way at a time: the dead letters of an attack would go 16 KiB by 16 KiB."""

_Event = faust.EventT[bytes]
_Gathered = asyncio.Queue[_Event]
Handle = Callable[[list[_Event]], Awaitable[None]]


class App(faust.App):
    """Faust's, which leaves no directories behind: there is no table whose state they would hold."""

    def _create_directories(self) -> None:
        """Nothing."""


def build_app(settings: KafkaSettings, group: str, topic: str, handle: Handle) -> App:
    """An app that reads the ``topic`` for ``group``; it starts nothing, and asks no broker.

    ``handle`` gets up to 256 events at a time, in order, and while it has them the next are gathered. Where it raises,
    the app crashes. Events are acknowledged when it returns: for those Faust waits when the group gathers anew, or is
    left. What was gathered only is let go then, and comes again: how far was handled, `Consumer.done` says.
    """
    app = App(
        group,
        broker=[f"kafka://{address}" for address in settings.bootstrap.split(",")],
        broker_credentials=_credentials(settings),
        broker_session_timeout=10,
        broker_heartbeat_interval=3,
        broker_rebalance_timeout=20,  # so long are dead members waited for after a broker's return (kafka_election.py)
        broker_request_timeout=40,
        broker_max_poll_records=_POLL_RECORDS,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=_METADATA_MS,
        producer_acks=-1,
        producer_request_timeout=30,
        producer_max_request_size=_MAX_REQUEST_BYTES,
        producer_max_batch_size=_MAX_BATCH_BYTES,
        value_serializer="raw",
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=True,
        table_standby_replicas=0,  # else Faust assigns by itself: of three workers, two would share four partitions
        stream_buffer_maxsize=_BUFFER_RECORDS,
        agent_supervisor=CrashingSupervisor,
        worker_redirect_stdouts=False,
        web_enabled=False,
    )
    app.transport = Transport(app.conf.broker_consumer, app)

    @app.agent(app.topic(topic, value_type=bytes, value_serializer="raw"), concurrency=1, name="intake")
    async def intake(stream: Any) -> None:  # faust.Stream: its types say that values are yielded, not events
        await _handle_stream(stream.noack(), handle, app.flow_control.is_active)

    return app


async def _handle_stream(stream: Any, handle: Handle, flowing: Callable[[], bool]) -> None:
    """Handle what comes, batch by batch, and gather the next one meanwhile."""
    gathered: _Gathered = asyncio.Queue(_GATHERED_RECORDS)
    handling = _handle_all(gathered, handle, stream.ack, flowing)
    parts = [asyncio.ensure_future(part) for part in (_gather(stream, gathered), handling)]
    try:
        done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        for part in done:
            part.result()
    finally:
        for part in parts:
            part.cancel()


async def _gather(stream: Any, gathered: _Gathered) -> None:
    async for event in stream.events():
        await gathered.put(event)


async def _handle_all(
    gathered: _Gathered, handle: Handle, ack: Callable[[_Event], Awaitable[bool]], flowing: Callable[[], bool]
) -> None:
    while True:
        events = [await gathered.get()]
        with suppress(TimeoutError):
            async with asyncio.timeout(_WITHIN_SECONDS):
                while len(events) < READ_RECORDS:
                    events.append(await gathered.get())
        if flowing():
            await handle(events)
        for event in events:
            await ack(event)


def _credentials(settings: KafkaSettings) -> faust.SASLCredentials | faust.SSLCredentials | None:
    context = _tls(settings) if settings.security_protocol.endswith("SSL") else None
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.username,
            password=settings.password.get_secret_value(),
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context is not None else None


def _tls(settings: KafkaSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.certificate_file is not None:
        context.load_cert_chain(settings.certificate_file, settings.key_file)
    return context
