"""Fixtures: a console that really listens, and a page in a real browser."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from prometheus_client import CollectorRegistry

from services.console.app import build_app
from services.console.follower import Follower
from services.edges.settings import TaskSettings
from tests.programs import find_program
from tests.services.console.worlds import World

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Site:
    """A console over a world, listening at ``url``, open to all unless there are ``tokens``.

    Its clock is so many seconds ``ahead``.
    """

    def __init__(self, directory: Path, tokens: Sequence[str] = (), **task: object) -> None:
        self.ahead = 0.0
        self.world = World(directory)
        self.view = self.world.view()
        self._stop = Event()
        self._follower = Follower(self.world.journal, self.view)
        app = build_app(
            self.world.journal, self.view, self._follower, CollectorRegistry(),
            task=TaskSettings.model_validate(task), tokens=tokens,
            clock=lambda: time.time() + self.ahead,
        )  # fmt: skip
        self._socket = socket.create_server(("127.0.0.1", 0))
        # asyncio sets this only on sockets that it made itself; without it each answer takes 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        self._threads = [
            Thread(target=self._follower.run, args=(self._stop,)),
            Thread(target=self._server.run, args=([self._socket],)),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening and release the files."""
        self._stop.set()
        self._server.should_exit = True
        for thread in self._threads:
            thread.join()
        self._socket.close()
        self.view.close()
        self.world.journal.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module's tests: while it is open, its event loop keeps others out of this thread."""
    program = find_program(*PROGRAMS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser that remembers nothing; an error on the page fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
