"""Connections that are too many, that are silent, that drip: refused or closed, while others are served."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from threading import Thread

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from services.console.connections import Connection
from services.edges.listening import listen
from tests.waiting import wait_for

ENDED = (b"", None)


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers everything, what is slow later."""
    assert receive
    if scope["type"] == "http":
        if scope["path"] == "/slow":
            await Patient.seen.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(connection: type[Connection]) -> Iterator[int]:
    """The port of a server with such connections."""
    server = uvicorn.Server(uvicorn.Config(answer, http=connection, lifespan="off", log_config=None))
    with listen("127.0.0.1", 0, "--port") as listening:
        thread = Thread(target=server.run, args=[[listening]])
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10.0)


def ending(held: socket.socket) -> bytes | None:
    """What still comes on a connection before it is closed, None where that is a reset; raises where it stays open."""
    try:
        return held.recv(1_000)
    except ConnectionResetError:
        return None


def test_connections_beyond_the_bound_are_closed_and_there_is_room_again_once_others_end() -> None:
    class Few(Connection):
        most = 2

    with serving(Few) as port, ExitStack() as stack:
        held = [stack.enter_context(closing(connect(port))) for _ in range(2)]
        for each in held:
            each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert each.recv(1_000).startswith(b"HTTP/1.1 204")
        refused = stack.enter_context(closing(connect(port)))
        assert ending(refused) in ENDED
        held.pop().close()
        assert wait_for(lambda: code_of(port), what="room for a connection") == 204


def code_of(port: int) -> int | None:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/").status_code
    except httpx.TransportError:
        return None


class Impatient(Connection):
    """That waits no time at all."""

    idle_seconds = 0.05


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHos"], ids=["silent", "half a head"])
def test_a_connection_on_which_nothing_is_asked_is_closed(said: bytes) -> None:
    with serving(Impatient) as port, closing(connect(port)) as held:
        held.sendall(said)
        assert ending(held) in ENDED


def test_a_head_that_drips_after_an_answer_is_no_request() -> None:
    with serving(Impatient) as port, closing(connect(port)) as held:
        held.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET")
        assert held.recv(1_000).startswith(b"HTTP/1.1 204")
        assert ending(held) in ENDED


class Patient(Impatient):
    """Whose third look lets the app answer."""

    looks = 0
    seen = asyncio.Event()

    def _close_idle(self, last: object) -> None:
        super()._close_idle(last)
        Patient.looks += 1
        if Patient.looks == 3:
            Patient.seen.set()


def test_a_request_under_way_may_take_longer() -> None:
    with serving(Patient) as port:
        assert httpx.get(f"http://127.0.0.1:{port}/slow").status_code == 204
