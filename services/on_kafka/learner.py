"""Settings -> the learner's process on Kafka: stands by until it is elected, then learns until it is told to end."""

from __future__ import annotations

from threading import Event

import structlog

from services import assembly
from services.edges.health import SILENT, Health, HealthServer, Heartbeat
from services.edges.journal.base import JournalError, lag
from services.edges.learner_metrics import LearnerMetrics
from services.edges.settings import Settings
from services.learner import TICK_SECONDS, LearnerProcess
from services.running import Crew, collect_rarely

_LATE_SECONDS = 60.0
_WATCH_SECONDS = 5.0

_log = structlog.get_logger()


class StandingLearner:
    """One of any number of learner processes, of which one is active at a time.

    Ready once it is elected and restored, and while the broker answers; alive while it stands by, and then as long as
    it makes steps. Raises SettingsError, JournalError where a topic is not as it should be, PortTaken.
    """

    def __init__(self, settings: Settings) -> None:
        assembly.require_kafka(settings, "sluice learner")
        self._settings = settings
        self._journal = assembly.checked_journal(settings, "learner")
        self._metrics = assembly.build_metrics(settings)
        self._learner: LearnerProcess | None = None
        self._idle = False
        self._heart = Heartbeat(_LATE_SECONDS)
        self._crew = Crew({"learner": self._stand_by, "lag": self._watch})
        self._server = HealthServer(
            settings.metrics.host, settings.metrics.port, self._metrics.registry, Health(self._not_ready, self._stuck)
        )

    @property
    def url(self) -> str:
        """Where metrics and health are."""
        return self._server.url

    def run(self) -> None:
        """Stand by and learn until `stop`, SIGTERM or SIGINT; call it in the main thread. Raises what ended it."""
        with self._server:
            if self._crew.run(release=self._wake, url=self.url, kafka=self._settings.kafka.bootstrap):
                self._journal.close()
        _log.info("stopped")

    def stop(self) -> None:
        """Finish the step, give the name up and end."""
        self._crew.stop.set()

    def _not_ready(self) -> list[str]:
        if self._learner is None:
            return ["standby"]
        return [SILENT] if self._journal.silent else []

    def _stuck(self) -> list[str]:
        return ["learner"] if self._heart.late else []

    def _stand_by(self, stop: Event) -> None:
        collect_rarely()
        learner, encoder = assembly.build_learner(self._settings), assembly.encoder_name(self._settings)
        try:
            self._learner = LearnerProcess(self._journal, learner, encoder, LearnerMetrics(self._metrics))
        except JournalError:
            if stop.is_set():
                return  # the journal was closed to end the wait
            raise
        _log.info("elected")
        while not stop.is_set():
            self._idle = self._learner.step(TICK_SECONDS) == 0
            self._heart.beat()
        self._learner.close()

    def _wake(self) -> None:
        """End the wait for an election."""
        if self._learner is None:
            self._journal.close()

    def _watch(self, stop: Event) -> None:
        """Keep the lag on show, until it is time to stop."""
        while not stop.wait(_WATCH_SECONDS):
            if self._learner is not None:
                records = lag(self._journal, self._learner.positions)
                # Markers of transactions have offsets, too: behind the last record they would look unread for good.
                self._metrics.show_lag(dict.fromkeys(records, 0) if self._idle else records)
