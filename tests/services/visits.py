"""The embedded service on a free port, and a visitor who calls it from another thread until it is told to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from prometheus_client.parser import text_string_to_metric_families

from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.settings import Settings
from services.edges.settings_sources import load_settings
from services.embedded import Embedded

WAIT_SECONDS = 60
Found = TypeVar("Found")


def settings_for(directory: Path, **settings: object) -> Settings:
    """The hashing encoder, a free port, and a request for every text; others by ``section__name``."""
    chosen: dict[str, object] = {
        "data__dir": directory,
        "http__port": 0,
        "encoder__model": "hashing",
        "budget__fraction": 1.0,
        "budget__audit_share": 0.0,
        **settings,
    }
    return load_settings({name.replace("__", "."): value for name, value in chosen.items()})


class Visit:
    """What a caller does with a running service; ``journal`` writes to its file as another process would."""

    def __init__(self, service: Embedded, directory: Path) -> None:
        self.service = service
        self.http = httpx.Client(base_url=service.url, timeout=2 * WAIT_SECONDS)
        self.journal = SqliteJournal(directory)

    def decide(self, *texts: dict[str, Any]) -> list[dict[str, Any]]:
        """Post texts, and wait for what is decided about them: by then all that was written before is handled."""
        response = self.http.post("/v1/texts", params={"wait": WAIT_SECONDS}, json=texts)
        assert response.status_code == 200, response.text
        decisions: list[dict[str, Any]] = response.json()["decisions"]
        return decisions

    def answer(self, *labels: dict[str, Any]) -> list[str]:
        """Post labels, and wait for their outcomes."""
        response = self.http.post("/v1/labels", params={"wait": WAIT_SECONDS}, json=labels)
        assert response.status_code == 200, response.text
        return [outcome["outcome"] for outcome in response.json()["outcomes"]]

    def write(self, topic: str, *values: bytes | None) -> None:
        """Append values to a topic without the API's checks."""
        self.journal.append([Message(topic, value, key=b"k") for value in values])

    def metrics(self) -> dict[tuple[str, ...], float]:
        """What Prometheus reads: samples by name and label values."""
        families = text_string_to_metric_families(self.http.get("/metrics").text)
        return {(sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples}

    def close(self) -> None:
        """Release what the visitor holds."""
        self.http.close()
        self.journal.close()


def visit(settings: Settings, visitor: Callable[[Visit], Found]) -> Found:
    """Run the service here, as it wants to be in the main thread, and the visitor in another; then stop it."""
    service = Embedded(settings)

    def call() -> Found:
        guest = Visit(service, settings.data.dir)
        try:
            return visitor(guest)
        finally:
            guest.close()
            service.stop()

    with own_hooks(), ThreadPoolExecutor(1) as pool:
        called = pool.submit(call)
        service.run()
        return called.result()


@contextmanager
def own_hooks() -> Iterator[None]:
    """Give back to whoever had them what the service takes: signals, and word of what threads raise."""
    had = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    told = threading.excepthook
    try:
        yield
    finally:
        threading.excepthook = told
        for number, handler in had.items():
            signal.signal(number, handler)
