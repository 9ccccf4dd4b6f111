"""A process without an API of its own -> /metrics, /livez and /readyz over HTTP, from a thread."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from services.edges.listening import address, listen
from services.edges.setting_names import variable

_CALL_SECONDS = 10.0
"""How long a caller may take to say what it wants."""

SILENT = "the broker does not answer"
"""Why a process is not ready whose `Journal.silent`, or its like, is true."""

Names = Callable[[], Sequence[str]]


class Heartbeat:
    """When a loop last made a step; ``late`` once the last one is more than ``seconds`` ago.

    Not late before the first step: what happens before it may take its time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._last: float | None = None

    def beat(self) -> None:
        """A step was made."""
        self._last = self._clock()

    @property
    def late(self) -> bool:
        """Whether the next step should have been made by now."""
        return self._last is not None and self._clock() - self._last > self._seconds


@dataclass(frozen=True, slots=True)
class Health:
    """What is asked on each call: names of what is not ready yet, and of what makes no progress any more."""

    not_ready: Names = tuple
    stuck: Names = tuple


class HealthServer:
    """Serves the metrics of ``registry`` and a process's health while it is entered.

    /livez and /readyz answer 200, or 503 as a problem (RFC 9457) that names the parts. Nothing here is secret, so the
    host may be any address. Raises PortTaken.
    """

    def __init__(self, host: str, port: int, registry: CollectorRegistry, health: Health) -> None:
        self._listening = listen(host, port, variable("metrics.port"))
        self._server = _Server(self._listening, registry, health)
        self._thread = Thread(target=self._server.serve_forever, args=[0.1], name="health", daemon=True)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://{address(self._listening)}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # One that hangs must not hold up the process's end.
    block_on_close = False

    def __init__(self, listening: socket.socket, registry: CollectorRegistry, health: Health) -> None:
        super().__init__(listening.getsockname()[:2], _Call, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.registry, self.health = registry, health


class _Call(BaseHTTPRequestHandler):
    server: _Server
    timeout = _CALL_SECONDS

    def do_GET(self) -> None:
        """Answer one call."""
        health = self.server.health
        match urlsplit(self.path).path:
            case "/metrics":
                encode, media_type = choose_encoder(self.headers.get("Accept", ""))
                self._answer(HTTPStatus.OK, encode(self.server.registry), media_type)
            case "/livez":
                self._tell("alive", "no progress", health.stuck())
            case "/readyz":
                self._tell("ready", "not ready yet", health.not_ready())
            case path:
                self._refuse(HTTPStatus.NOT_FOUND, f"there is nothing at {path}")

    do_HEAD = do_GET  # noqa: N815  the name is the standard library's

    def _tell(self, well: str, otherwise: str, names: Sequence[str]) -> None:
        if names:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"{otherwise}: {', '.join(names)}")
        else:
            self._answer(HTTPStatus.OK, json.dumps({well: True}).encode(), "application/json")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
        self._answer(status, json.dumps(problem).encode(), "application/problem+json")

    def _answer(self, status: HTTPStatus, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        """Say less than the standard library does: no versions."""
        return "sluice"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the standard library's
        """Probes come every few seconds: they are no events."""
