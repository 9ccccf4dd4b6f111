"""A directory of its own, and `sluice` in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event

import pytest
import structlog
from prometheus_client import CollectorRegistry

from services import assembly
from services.edges.journal.base import Journal
from services.edges.journal.sqlite import SqliteJournal
from services.edges.learner_metrics import LearnerMetrics
from services.edges.metrics import Metrics
from services.edges.settings_sources import load_settings
from services.intake.embedded import Intake
from services.learner import LearnerProcess
from tests.services.cli.command import Sluice, sluice_with
from tests.threads import running

TEXTS_SENT = 40


@pytest.fixture
def sluice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Sluice]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLUICE_ENCODER__MODEL", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    handlers, level = logging.root.handlers[:], logging.root.level
    yield sluice_with(capsys)
    logging.root.handlers[:], logging.root.level = handlers, level
    structlog.reset_defaults()


class Service:
    """The embedded service, stepped by hand."""

    def __init__(self, journal: Journal, intake: Intake, learner: LearnerProcess) -> None:
        self.journal, self.intake, self.learner = journal, intake, learner

    def settle(self) -> None:
        """Handle all that was written: Kafka may show it some time after it was committed."""
        wait = 0.0 if isinstance(self.journal, SqliteJournal) else 1.0
        while self.intake.step(wait) or self.learner.step(wait):
            pass

    def at_work(self) -> AbstractContextManager[None]:
        """The learner steps in a thread of its own meanwhile."""
        return running(self._learn)

    def _learn(self, stop: Event) -> None:
        while not stop.is_set():
            self.learner.step(0.1)


@pytest.fixture
def service(sluice: Sluice) -> Iterator[Service]:
    """A service on ./sluice-data."""
    with working() as working_service:
        yield working_service


@contextmanager
def working() -> Iterator[Service]:
    """A service, on the journal that the environment chooses, that asks about half of the texts."""
    settings = load_settings({"budget.fraction": 0.5, "budget.audit_share": 0.0})
    metrics = Metrics(CollectorRegistry())
    with assembly.build_journal(settings) as journal:
        encoder = assembly.build_encoder(settings)
        learner = LearnerProcess(journal, assembly.build_learner(settings), encoder.name, LearnerMetrics(metrics))
        with Intake(journal, encoder, settings.task.classes, metrics) as intake:
            yield Service(journal, intake, learner)
        learner.close()


@pytest.fixture
def asked(sluice: Sluice, service: Service) -> Service:
    """A service that read some texts and has questions about them."""
    rows = [{"text": f"where is my card number {row}", "id": f"t{row}", "label": "card"} for row in range(TEXTS_SENT)]
    Path("texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert sluice("replay", "texts.jsonl", "--json").json == {"rows": TEXTS_SENT, "sent": TEXTS_SENT, "sent_before": 0}
    service.settle()
    return service
