"""Settings -> the intake's process on Kafka: an intake worker with its metrics and health, until it is told to end."""

from __future__ import annotations

import structlog

from services import assembly
from services.edges.health import SILENT, Health, HealthServer
from services.edges.settings import Settings
from services.intake.process import run_intake
from services.intake.worker import IntakeWorker

_log = structlog.get_logger()


class StandingIntake:
    """One of any number of intake processes, which share the partitions of `texts`.

    Ready once its encoder is loaded and its partitions are assigned, and while the broker answers; alive while the
    texts that wait are being handled. Raises SettingsError, JournalError where a topic is not as it should be,
    PortTaken.
    """

    def __init__(self, settings: Settings) -> None:
        assembly.require_kafka(settings, "sluice intake")
        self._settings = settings
        self._metrics = assembly.build_metrics(settings)
        self._worker: IntakeWorker | None = None
        self._server = HealthServer(
            settings.metrics.host, settings.metrics.port, self._metrics.registry, Health(self._not_ready, self._stuck)
        )

    @property
    def url(self) -> str:
        """Where metrics and health are."""
        return self._server.url

    def run(self) -> None:
        """Encode until SIGTERM or SIGINT; call it in the main thread. Raises what ended it."""
        with self._server:
            run_intake(self._settings, self._metrics, self._started)

    def _started(self, worker: IntakeWorker) -> None:
        # Not before: from here on signals are heeded.
        _log.info("serving", url=self.url, kafka=self._settings.kafka.bootstrap)
        self._worker = worker

    def _not_ready(self) -> list[str]:
        if self._worker is None or not self._worker.ready():
            return ["encoder or partitions"]
        return [SILENT] if self._worker.silent() else []

    def _stuck(self) -> list[str]:
        return [] if self._worker is None or self._worker.progressing() else ["intake"]
