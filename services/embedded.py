"""Texts over HTTP -> decisions, requests, answers: the whole service in one process, on one SQLite file."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from threading import Event, Thread

import structlog
import uvicorn
from prometheus_client import CollectorRegistry

from services import assembly
from services.console.app import build_app
from services.console.follower import Follower, identities
from services.console.view import FILE, View
from services.edges.journal.base import lag
from services.edges.learner_metrics import LearnerMetrics
from services.edges.metrics import Metrics
from services.edges.settings import Settings
from services.intake.embedded import Intake
from services.learner import LearnerProcess

_TIDY_SECONDS = 60.0
_STOP_SECONDS = 8.0
_WATCH_SECONDS = 1.0

_log = structlog.get_logger()


class PortTaken(Exception):
    """The port cannot be listened on; the message says what to do."""


class Embedded:
    """Intake, learner and console over one journal, a thread each.

    Starts at once: the encoder loads in the intake's thread, while texts are already accepted. Any part that fails ends
    them all (crash-only), and `run` raises what it raised.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = Event()
        self._failure: BaseException | None = None
        self._listening = _listen(settings.http.host, settings.http.port)
        self._journal = assembly.build_journal(settings)
        registry = CollectorRegistry()
        self._metrics = Metrics(registry, settings.metrics.sources)
        learner, encoder = assembly.build_learner(settings), assembly.encoder_name(settings)
        self._metrics.build_info.labels(version("sluice"), encoder).set(1)
        self._learner = LearnerProcess(self._journal, learner, encoder, LearnerMetrics(self._metrics), wait=False)
        self._intake: Intake | None = None
        self._view = View(settings.data.dir / FILE, identities(self._journal), settings.console.decisions_kept)
        self._follower = Follower(self._journal, self._view)
        app = build_app(
            self._journal, self._view, self._follower, registry, task=settings.task, not_ready=self._not_ready
        )
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3)
        )

    @property
    def url(self) -> str:
        """Where the console and the API are."""
        host, port = self._listening.getsockname()[:2]
        return f"http://{host}:{port}"

    def run(self) -> None:
        """Serve until `stop`, SIGTERM or SIGINT; call it in the main thread. Raises what ended any of the parts."""
        threading.excepthook = _log_failure
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        parts: dict[str, Callable[[], None]] = {
            "intake": self._run_intake,
            "learner": lambda: self._learner.run(self._stop),
            "follower": lambda: self._follower.run(self._stop),
            "http": lambda: self._server.run(sockets=[self._listening]),
        }
        threads = [Thread(target=self._guard, args=[run], name=name, daemon=True) for name, run in parts.items()]
        for thread in threads:
            thread.start()
        _log.info("serving", url=self.url, data=str(self._settings.data.dir))
        self._watch()
        self._shut_down(threads)

    def stop(self) -> None:
        """Ask all parts to finish what they are doing and end."""
        self._stop.set()

    def _not_ready(self) -> list[str]:
        return [] if self._intake is not None else ["encoder"]

    def _run_intake(self) -> None:
        encoder = assembly.build_encoder(self._settings)
        with Intake(self._journal, encoder, self._settings.task.classes, self._metrics) as self._intake:
            _log.info("ready", encoder=encoder.name)
            self._intake.run(self._stop)

    def _guard(self, run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            self._failure = self._failure or error
            raise
        finally:
            self._stop.set()

    def _watch(self) -> None:
        """Keep the journal tidy and its size on show, until it is time to stop."""
        tidied = time.monotonic()
        self._measure_journal()
        while not self._stop.wait(_WATCH_SECONDS):
            self._measure_journal()
            if time.monotonic() - tidied >= _TIDY_SECONDS:
                self._journal.tidy(time.time())
                tidied = time.monotonic()

    def _measure_journal(self) -> None:
        intake = self._intake.positions if self._intake is not None else {}
        for topic, records in lag(self._journal, {**intake, **self._learner.positions}).items():
            self._metrics.journal_lag_records.labels(topic).set(records)
        self._metrics.journal_bytes.set(sum(file.stat().st_size for file in self._settings.data.dir.glob("sluice.db*")))

    def _shut_down(self, threads: list[Thread]) -> None:
        self._server.should_exit = True
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._failure is not None:
            raise self._failure
        if not any(thread.is_alive() for thread in threads):
            self._view.close()
            self._journal.close()
        _log.info("stopped")


def _log_failure(failure: threading.ExceptHookArgs) -> None:
    """One line for a part that failed; what it raised goes on in the main thread."""
    name = failure.thread.name if failure.thread is not None else ""
    _log.error("part_failed", part=name, kind=failure.exc_type.__name__)


def _listen(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port))
        # asyncio sets this on sockets of its own alone; without it each answer waits 40 ms for the client's ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise PortTaken(
            f"cannot listen on {host}:{port} ({why}): end what uses the port, or choose another with --port"
        ) from None
