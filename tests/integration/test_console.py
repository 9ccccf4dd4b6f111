"""The console's process on a Kafka: ready once it has caught up, with a view that is its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.edges import batches
from services.edges.journal.base import Journal, Message
from services.edges.journal.kafka import KafkaJournal
from services.edges.settings import KafkaSettings
from services.edges.settings_sources import load_settings
from services.edges.topics import DECISIONS, TEXTS
from services.on_kafka.console import StandingConsole
from tests.services.console.worlds import NOW, decision
from tests.services.visits import own_hooks
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def test_it_serves_what_the_topics_say_and_appends_what_it_is_given(kafka: KafkaSettings, tmp_path: Path) -> None:
    settings = load_settings(
        {
            "kafka.bootstrap": kafka.bootstrap, "kafka.topic_prefix": kafka.topic_prefix,
            "http.port": 0, "data.dir": tmp_path / "view", "encoder.model": "hashing",
        }
    )  # fmt: skip
    with KafkaJournal(kafka) as journal:
        decide(journal, 200)
        console = StandingConsole(settings)

        def call() -> dict[str, Any]:
            try:
                return look_around(console.url)
            finally:
                console.stop()

        with own_hooks(), ThreadPoolExecutor(1) as pool:
            called = pool.submit(call)
            console.run()
            seen = called.result()
        places = {(TEXTS, partition): 0 for partition in range(4)}
        (record,) = journal.read(places, 10)

    assert seen["last"]["id"] == "t199"
    assert seen["ids"] == [f"{journal_identity(kafka)}/{record.partition}/{record.offset}"]
    assert (tmp_path / "view" / "console.db").exists()


def look_around(url: str) -> dict[str, Any]:
    """What the last decision is as soon as it says that it is ready, and the id of a text without one."""
    with httpx.Client(base_url=url, timeout=30.0) as http:
        wait_for(lambda: http.get("/readyz").status_code == 200)
        return {
            "last": http.get("/v1/decisions/t199").json(),
            "ids": http.post("/v1/texts", json={"text": "where is my card?"}).json()["ids"],
        }


def decide(journal: Journal, count: int) -> None:
    """Publish decisions, each in a transaction of its own: reads are shorter than the topic."""
    for number in range(count):
        journal.append([Message(DECISIONS, batches.encode_decisions([decision(f"t{number}", decided_at=NOW)]))])


def journal_identity(kafka: KafkaSettings) -> str:
    with KafkaJournal(kafka) as journal:
        return journal.identity(TEXTS)
