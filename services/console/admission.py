"""Request bodies -> bytes, while they are few and small enough: the bounds of what the API holds in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import Request

from services.console.problems import Problem


@dataclass(frozen=True, slots=True)
class Limits:
    """One body holds at most ``body_bytes`` and ``rows``; all open posts together ``open_bytes`` and ``open_posts``.

    A body comes within ``body_seconds``: senders that died, or drip, would hold the open posts for good.
    """

    body_bytes: int = 8 * 2**20
    body_seconds: float = 60.0
    rows: int = 10_000
    open_bytes: int = 64 * 2**20
    open_posts: int = 256


LIMITS = Limits()


class Admission:
    """Counts the posts that are open, waiting ones included, and the bytes that they hold.

    Lives on the event loop alone, so it needs no lock.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._posts = 0
        self._bytes = 0

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request, read no further than the limits allow.

        Raises Problem: 408 where it does not come in time, 413 where it is too large, 415 where it is compressed, 429
        where the open posts together are too large.
        """
        if self._posts >= self.limits.open_posts:
            raise _too_many(f"{self.limits.open_posts} posts are open already")
        _refuse_compressed(request.headers.get("content-encoding", "identity"))
        self._refuse_large(int(request.headers.get("content-length") or 0))
        self._posts += 1
        held = 0
        try:
            body = bytearray()
            async with self._in_time():
                async for chunk in request.stream():
                    self._take(len(chunk))
                    held += len(chunk)
                    self._refuse_large(held)
                    body += chunk
            yield bytes(body)
        finally:
            self._posts -= 1
            self._bytes -= held

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        seconds = self.limits.body_seconds
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            told = f"the body did not come within {seconds:g} seconds, nothing was accepted: send several smaller ones"
            raise Problem(408, told, {"Connection": "close"}) from None

    def _take(self, size: int) -> None:
        if self._bytes + size > self.limits.open_bytes:
            raise _too_many(f"the open posts hold {self.limits.open_bytes} bytes already")
        self._bytes += size

    def _refuse_large(self, size: int) -> None:
        if size > self.limits.body_bytes:
            raise Problem(413, f"a body may have {self.limits.body_bytes} bytes: send several smaller ones")


def _refuse_compressed(encoding: str) -> None:
    if encoding.lower() != "identity":
        told = f"a body is not read in the Content-Encoding {encoding!r}: send it as it is"
        raise Problem(415, told, {"Accept-Encoding": "identity"})


def _too_many(detail: str) -> Problem:
    return Problem(429, f"{detail}: try again in a moment", {"Retry-After": "1"})
