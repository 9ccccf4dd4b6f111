"""Settings -> an intake worker on Kafka, until a signal or a failure ends it: the process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from threading import Timer

import structlog
from aiokafka.errors import KafkaError
from faust.exceptions import FaustError

from services import assembly
from services.edges import kafka_topics
from services.edges.access import ACCESS
from services.edges.encoders.base import Encoder
from services.edges.journal.base import JournalError
from services.edges.kafka_source import KafkaSource
from services.edges.metrics import Metrics
from services.edges.settings import Settings
from services.intake.worker import IntakeStopped, IntakeWorker
from services.running import collect_rarely

_STOP_SECONDS = 9.0
"""How long the end may take; then the process goes as it is, and what it had in hand comes again."""
_TOLD = (JournalError, KafkaError, FaustError)
"""Errors whose words hold nothing of a text."""

_log = structlog.get_logger()


def run_intake(
    settings: Settings, metrics: Metrics, started: Callable[[IntakeWorker], object] = lambda _: None
) -> None:
    """Serve until SIGTERM or SIGINT; call it in the main thread of a process of its own.

    ``started`` gets the worker before its encoder is loaded, for health and metrics. Raises JournalError, within 5 s
    where no broker answers or a topic is missing, and EncoderError.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    collect_rarely()
    for library in ("faust", "kafka", "mode"):
        # What they fail at is raised, and told once: they would log each attempt, and tracebacks from each part.
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    kafka_topics.check(settings.kafka, ACCESS["intake"].topics)
    with KafkaSource(settings.kafka) as source:
        worker = IntakeWorker(settings, source, metrics)
        started(worker)
        encoder = assembly.build_encoder(settings)
        try:
            asyncio.run(_serve(worker, encoder))
        except (KafkaError, FaustError) as error:
            raise IntakeStopped(f"Kafka at {settings.kafka.bootstrap}: {error or type(error).__name__}") from error
    _log.info("stopped")


async def _serve(worker: IntakeWorker, encoder: Encoder) -> None:
    loop = asyncio.get_running_loop()
    serving = asyncio.ensure_future(worker.run(encoder))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    await asyncio.wait([serving])
    leaving = Timer(_STOP_SECONDS, _leave, [None if serving.cancelled() else serving.exception()])
    leaving.daemon = True
    leaving.start()
    await worker.stop()
    if not serving.cancelled():
        serving.result()


def _leave(failure: BaseException | None) -> None:
    """Threads cannot be ended from outside, but a process can: nothing that it acknowledged is lost.

    What it ends for would be raised later, so it is told here.
    """
    why = f"{type(failure).__name__}: {failure}" if isinstance(failure, _TOLD) else type(failure).__name__
    _log.warning("stopped_late", seconds=_STOP_SECONDS, why="a signal" if failure is None else why)
    os._exit(1)
