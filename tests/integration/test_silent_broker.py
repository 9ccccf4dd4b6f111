"""The broker is away -> no process says that it is ready, each says why, and all say that they live."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from services.edges import kafka_topics
from services.edges.health import SILENT
from services.edges.journal.base import SILENT_SECONDS
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from services.edges.topics import TOPICS
from tests.integration.standing import Standing, environment, serving, start
from tests.waiting import wait_for

pytestmark = pytest.mark.slow
WELL = (200, "")
AWAY = (503, f"not ready yet: {SILENT}")
SPARE_SECONDS = 15.0
"""For the call that was under way, and for a machine that has other work; after 30 s they end."""


@contextmanager
def ready(kafka: KafkaSettings, directory: Path) -> Iterator[list[Standing]]:
    """One process of each kind, once all are ready."""
    variables = environment(kafka) | {"SLUICE_HTTP__PORT": "0", "SLUICE_DATA__DIR": str(directory / "view")}
    with ExitStack() as stack:
        started = [start(kind, variables=variables, cwd=directory) for kind in ("intake", "learner", "console")]
        processes = [stack.enter_context(serving(each)) for each in started]
        wait_for(lambda: all(each.health("/readyz") == WELL for each in processes))
        yield processes


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["gone", "hangs"])
def test_without_its_broker_no_process_is_ready(tmp_path: Path, number: signal.Signals) -> None:
    with LocalKafka(tmp_path / "kafka") as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap)
        kafka_topics.apply(kafka, TOPICS.values())
        with ready(kafka, tmp_path) as processes:
            os.kill(broker.pid, number)
            wait_for(lambda: all(each.health("/readyz") == AWAY for each in processes), SILENT_SECONDS + SPARE_SECONDS)
            assert [each.health("/livez") for each in processes] == [WELL] * 3

            if number == signal.SIGSTOP:
                os.kill(broker.pid, signal.SIGCONT)
                wait_for(lambda: processes[-1].health("/readyz") == WELL)
