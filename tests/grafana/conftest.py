"""Fixtures: a real run in which everything happens that the dashboards show, as Prometheus saw it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, cycle
from random import Random
from shutil import rmtree

import httpx
import pytest

from services.edges import datasets
from services.edges.datasets import Row
from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.topics import LABELS, TEXTS
from tests.chaos.service import Client, Service, until
from tests.grafana.prometheus import Prometheus
from tests.programs import find_program

BUDGET = 0.2
SETTINGS = {"ENCODER__MODEL": "hashing", "BUDGET__FRACTION": str(BUDGET), "BUDGET__AUDIT_SHARE": "0.3"}
BLOCKS = (40, 160)
WAVE_BLOCK = 500
KNOWN_CLASSES, KNOWN_TEXTS, NEW_TEXTS = 6, 900, 1_600
WAVE_TEXTS, LONG_CHARACTERS = 6_000, 9_900
LEFT_OPEN = 3


@dataclass(frozen=True)
class Run:
    """What happened: Prometheus remembers it, and the service still serves its metrics."""

    prometheus: Prometheus
    metrics: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Some 40 seconds; each block of texts waits until Prometheus has seen the one before."""
    program = find_program("prometheus")
    directory = tmp_path_factory.mktemp("run")
    rows = datasets.load(datasets.BANKING77).rows
    with ExitStack() as ending:
        service = Service(directory / "data", SETTINGS)
        ending.callback(rmtree, service.file.parent, ignore_errors=True)  # over 100 MB
        ending.callback(service.close)
        client = Client(service.url, {row.id: row.label or "" for row in rows})
        ending.callback(client.close)
        service.start()
        prometheus = Prometheus(program, directory / "prometheus", service.port)
        ending.callback(prometheus.close)
        prometheus.wait()
        drive(client, prometheus, changing(rows))
        spoil(service)
        flood(client, prometheus, rows)
        until(lambda: prometheus.value("sum(sluice_dead_letters_total)") == 2.0, "dead letters are scraped")
        yield Run(prometheus, httpx.get(f"{service.url}/metrics").text)


def changing(rows: Sequence[Row]) -> list[Row]:
    """Texts of a few classes; then texts of all the others, which is a drift."""
    known = set(sorted({row.label or "" for row in rows})[:KNOWN_CLASSES])
    shuffled = Random(1).sample(rows, len(rows))
    first = [row for row in shuffled if row.label in known]
    later = [row for row in shuffled if row.label not in known]
    return first[:KNOWN_TEXTS] + later[:NEW_TEXTS]


def drive(client: Client, prometheus: Prometheus, rows: Sequence[Row]) -> None:
    """Post a block, let it be scraped, answer most of what it asked; one text in ten brings its label."""
    sizes, start = cycle(BLOCKS), 0
    while block := rows[start : start + next(sizes)]:
        start += len(block)
        given = [{"label": row.label} if place % 10 == 0 else {} for place, row in enumerate(block)]
        client.post([{"id": row.id, "text": row.text, **label} for row, label in zip(block, given, strict=True)])
        decided(prometheus, start)
        while client.status()["open_requests"] > LEFT_OPEN and client.answer(limit=5):
            pass


def spoil(service: Service) -> None:
    """Leave what nobody can read where texts and labels are expected."""
    journal = SqliteJournal(service.file.parent)
    journal.append([Message(TEXTS, b"{}"), Message(LABELS, b"{}")])
    journal.close()


def flood(client: Client, prometheus: Prometheus, rows: Sequence[Row]) -> None:
    """Send waves of long texts, more than are encoded in a second, until a lag was seen."""
    decisions = prometheus.value("sum(sluice_decisions_total)")
    long = " ".join(row.text for row in rows[:400])[:LONG_CHARACTERS]
    for wave in count(1):
        for start in range(0, WAVE_TEXTS, WAVE_BLOCK):
            names = [f"{wave}-{start + number}" for number in range(WAVE_BLOCK)]
            client.post([{"id": name, "text": f"{name} {long}"} for name in names])
        decided(prometheus, decisions + wave * WAVE_TEXTS)
        if prometheus.value("max(max_over_time(sluice_journal_lag_records[5m]))") > 0:
            return


def decided(prometheus: Prometheus, texts: float) -> None:
    """Wait until Prometheus knows that so many texts were decided."""
    until(lambda: prometheus.value("sum(sluice_decisions_total)") >= texts, f"{texts:.0f} decisions are scraped")
