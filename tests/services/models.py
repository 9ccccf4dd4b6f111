"""What a language model is to answer -> a real HTTP server that answers so, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer over HTTP; while the server is open one that ``hangs`` never begins, one that ``drips`` never ends."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    drips: bool = False


HANGS = Reply(hangs=True)
DRIPS = Reply(drips=True)


def says(content: object) -> Reply:
    """A chat completion."""
    message = {"role": "assistant", "content": content}
    return Reply(body=json.dumps({"choices": [{"index": 0, "message": message}]}).encode())


def fails(status: int, message: str = "", **headers: str) -> Reply:
    """An error as OpenAI tells it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), named)


class Model:
    """Gives the ``replies`` one after the other, the last one for ever; ``asked`` are the bodies that it got."""

    def __init__(self, *replies: Reply) -> None:
        self.replies: Sequence[Reply] = replies
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.closed = Event()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @contextmanager
    def serving(self) -> Iterator[Model]:
        """Serve meanwhile."""
        thread = Thread(target=self._server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield self
        finally:
            self.closed.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    @property
    def texts(self) -> list[str]:
        """The texts that it was asked about."""
        return [body["messages"][-1]["content"] for body in self.asked]


class _Server(ThreadingHTTPServer):
    def __init__(self, model: Model) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.model = model


class _Call(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        model = self.server.model
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self.send_error(404)
            return
        reply = model.replies[min(len(model.asked), len(model.replies) - 1)]
        model.keys.append(self.headers["Authorization"])
        model.asked.append(body)
        if reply.hangs:
            model.closed.wait()
            return
        self.send_response(reply.status)
        length = {} if reply.drips else {"Content-Length": str(len(reply.body))}
        for name, value in {**reply.headers, **length}.items():
            self.send_header(name, value)
        self.end_headers()
        while reply.drips and not model.closed.wait(0.02):
            self.wfile.write(b" ")
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the standard library's
        """Nothing."""
