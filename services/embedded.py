"""Texts over HTTP -> decisions, requests, answers: the whole service in one process, on one SQLite file."""

from __future__ import annotations

import time
from threading import Event

import structlog

from services import assembly
from services.console.serving import Console
from services.edges.journal.base import lag
from services.edges.learner_metrics import LearnerMetrics
from services.edges.listening import address, listen
from services.edges.setting_names import variable
from services.edges.settings import Settings, SettingsError
from services.intake.embedded import Intake
from services.learner import LearnerProcess
from services.running import Crew, collect_rarely

_TIDY_SECONDS = 60.0
_WATCH_SECONDS = 1.0

_log = structlog.get_logger()


class Embedded:
    """Intake, learner and console over one journal, a thread each.

    Starts at once: the encoder loads in the intake's thread, while texts are already accepted. Any part that fails ends
    them all (crash-only), and `run` raises what it raised. Raises SettingsError where the settings name a Kafka.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.kafka.bootstrap:
            raise SettingsError(
                f"{variable('kafka.bootstrap')} is set, and `sluice up` works on its own file: run `sluice intake`, "
                "`sluice learner` and `sluice console`, or leave the setting out"
            )
        self._settings = settings
        collect_rarely()
        listening = listen(settings.http.host, settings.http.port, "--port")
        self._url = f"http://{address(listening)}"
        self._journal = assembly.build_journal(settings)
        self._metrics = assembly.build_metrics(settings)
        learner, encoder = assembly.build_learner(settings), assembly.encoder_name(settings)
        self._learner = LearnerProcess(self._journal, learner, encoder, LearnerMetrics(self._metrics), wait=False)
        self._intake: Intake | None = None
        self._console = Console(settings, self._journal, self._metrics.registry, listening, self._not_ready)
        self._crew = Crew({"intake": self._run_intake, "learner": self._learner.run, **self._console.parts})

    @property
    def url(self) -> str:
        """Where the console and the API are."""
        return self._url

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT; call it in the main thread. Raises what ended any of the parts."""
        if self._crew.run(self._watch, self._console.end, url=self.url, data=str(self._settings.data.dir)):
            self._console.close()
            self._journal.close()
        _log.info("stopped")

    def stop(self) -> None:
        """Ask all parts to finish what they are doing and end."""
        self._crew.stop.set()

    def _not_ready(self) -> list[str]:
        return [] if self._intake is not None else ["encoder"]

    def _run_intake(self, stop: Event) -> None:
        encoder = assembly.build_encoder(self._settings)
        with Intake(self._journal, encoder, self._settings.task.classes, self._metrics) as self._intake:
            _log.info("ready", encoder=encoder.name)
            self._intake.run(stop)

    def _watch(self, stop: Event) -> None:
        """Keep the journal tidy and its size on show, until it is time to stop."""
        tidied = time.monotonic()
        self._measure_journal()
        while not stop.wait(_WATCH_SECONDS):
            self._measure_journal()
            if time.monotonic() - tidied >= _TIDY_SECONDS:
                self._journal.tidy(time.time())
                tidied = time.monotonic()

    def _measure_journal(self) -> None:
        intake = self._intake.positions if self._intake is not None else {}
        self._metrics.show_lag(lag(self._journal, {**intake, **self._learner.positions}))
        self._metrics.journal_bytes.set(sum(file.stat().st_size for file in self._settings.data.dir.glob("sluice.db*")))
