"""A journal and a listening socket -> the console at work: its view, its follower, its HTTP server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from threading import Event

import uvicorn
from prometheus_client import CollectorRegistry

from services.console.app import build_app
from services.console.connections import BACKLOG, Connection
from services.console.follower import Follower, identities
from services.console.schema import ViewError
from services.console.view import FILE, View
from services.edges.journal.base import Journal, JournalError
from services.edges.settings import Settings
from services.running import Part

_GRACE_SECONDS = 3
"""How long calls may take to finish at the end."""


class Console:
    """The API and the page on ``listening``, with the view in the data directory; ``parts`` run them.

    ``not_ready`` names what else of the process is not ready yet.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        registry: CollectorRegistry,
        listening: socket.socket,
        not_ready: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._failure: JournalError | ViewError | None = None
        self._listening = listening
        self._view = View(settings.data.dir / FILE, identities(journal), settings.console.decisions_kept)
        self._follower = Follower(journal, self._view)
        app = build_app(
            journal, self._view, self._follower, registry,
            task=settings.task, budget=None if settings.kafka.bootstrap else settings.budget.fraction,
            hosts=("localhost", *settings.http.names), not_ready=not_ready, end=self._fail,
            tokens=[token.get_secret_value() for token in settings.http.tokens],
        )  # fmt: skip
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=Connection,
                backlog=BACKLOG,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    @property
    def parts(self) -> Mapping[str, Part]:
        """What is to run, a thread each; `end` ends the server, the event the follower."""
        return {"follower": self._follower.run, "http": self._serve}

    def _serve(self, _: Event) -> None:
        self._server.run(sockets=[self._listening])
        if self._failure is not None:
            raise self._failure

    def _fail(self, failure: JournalError | ViewError) -> None:
        self._failure, self._server.should_exit = failure, True

    def end(self) -> None:
        """Let the server finish its calls and end; those that wait get what there is."""
        self._follower.end()
        self._server.should_exit = True

    def close(self) -> None:
        """Release the view, once the parts have ended."""
        self._view.close()
