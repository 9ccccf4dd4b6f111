"""`sluice up` as a process of its own, and a client that tries until it is heard."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.chaos import phases
from tests.waiting import wait_for

PATIENCE_SECONDS = 120.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the condition holds; fails with ``what`` after ``seconds``."""
    wait_for(condition, seconds, what, pause=0.01)


class Service:
    """The service on a data directory; started again after each kill."""

    def __init__(self, data: Path, settings: dict[str, str]) -> None:
        self._data, self._settings = data, settings
        self.port = free_port()
        self.file = data / "sluice.db"
        self._process: subprocess.Popen[bytes] | None = None
        self.log = data.parent / f"{data.name}.log"
        self._log = self.log.open("ab")
        self._begins = 0

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin serving."""
        command = [
            str(Path(sys.executable).with_name("sluice")),
            "up",
            "--data",
            str(self._data),
            "--port",
            str(self.port),
        ]
        environment = {**os.environ, **{f"SLUICE_{name}": value for name, value in self._settings.items()}}
        self._begins = self._log.tell()
        self._process = subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log)

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        process = self._running()
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_in_phase(self) -> str:
        """SIGKILL; what the process was doing."""
        process = self._running()
        at_work = phases.working(process.pid)
        process.send_signal(signal.SIGSTOP)
        transaction = phases.IN_TRANSACTION if self.file.exists() and self._locked() else ""
        found = phases.phase("up", self.told(), at_work, transaction)
        self.kill()
        return found

    def kill_in_transaction(self, seconds: float = PATIENCE_SECONDS) -> str:
        """SIGKILL at a moment at which the process holds the journal's write lock: inside an open transaction.

        Kills it anyway after ``seconds``. Returns what it was doing.
        """
        process = self._running()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            process.send_signal(signal.SIGSTOP)
            if self._locked():
                self.kill()
                return phases.IN_TRANSACTION
            process.send_signal(signal.SIGCONT)
            time.sleep(0.001)
        return self.kill_in_phase()

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    def last(self) -> str:
        """The last line of its log."""
        return (self.told().decode(errors="replace").splitlines() or [""])[-1]

    def told(self) -> bytes:
        """What the process logged since it was started."""
        with self.log.open("rb") as log:
            log.seek(self._begins)
            return log.read()

    def ended(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait until it ends by itself; the exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def terminate(self) -> int:
        """SIGTERM; returns the exit code."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """End whatever still runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self._log.close()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        assert self._process.poll() is None, "the service has ended by itself; see its log"
        return self._process

    def _locked(self) -> bool:
        with contextlib.closing(sqlite3.connect(self.file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.execute("ROLLBACK")
            return False


class Client:
    """Posts texts and answers requests over HTTP, again and again with the same ids until it is told 2xx."""

    def __init__(self, url: str, truth: dict[str, str]) -> None:
        self._http = httpx.Client(base_url=url, timeout=10.0)
        self._truth = truth
        self.accepted: list[str] = []
        self.answered: list[str] = []

    def close(self) -> None:
        """Release the connection."""
        self._http.close()

    def post(self, texts: list[dict[str, Any]]) -> None:
        """Send texts until they are accepted."""
        self._insist("POST", "/v1/texts", json=texts)
        self.accepted += [text["id"] for text in texts]

    def answer(self, limit: int = 50) -> int:
        """Answer what can be leased now; says how many requests that were."""
        requests = self._insist("GET", "/v1/requests", params={"reviewer": "ann", "limit": limit})["requests"]
        labels = [
            {
                "request_id": request["request_id"],
                "label": self._truth[request["text_id"]],
                "reviewer": "ann",
                "answered_at": request["asked_at"],
            }
            for request in requests
        ]
        if labels:
            self._insist("POST", "/v1/labels", json=labels)
            self.answered += [label["request_id"] for label in labels if label["request_id"] not in self.answered]
        return len(labels)

    def status(self) -> dict[str, Any]:
        """What the service says of itself."""
        return self._insist("GET", "/v1/status")

    def _insist(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        for _ in self._tries():
            with contextlib.suppress(httpx.TransportError):
                response = self._http.request(method, path, **arguments)
                if response.status_code not in (429, 503):
                    response.raise_for_status()
                    return dict(response.json())
        raise AssertionError(f"{method} {path} was never answered")

    def _tries(self) -> Iterator[None]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            yield
            time.sleep(0.02)
