"""TCP connections -> those that there is room for, and on which something is asked."""

from __future__ import annotations

import asyncio
import resource

from uvicorn.protocols.http.h11_impl import H11Protocol

BACKLOG = 64
"""How many connections are accepted at once: asyncio takes up to four times as many before the first one is refused."""

_OTHER_FILES = 128
"""Descriptors for all but connections: the journal, the view, the page. Some 40 are open at a time."""


def most_connections(descriptors: int) -> int:
    """How many connections may be open where the system allows so many descriptors; each costs some 20 kB.

    >>> most_connections(1_024), most_connections(1_048_576)
    (640, 4096)
    """
    return min(4_096, max(32, descriptors - _OTHER_FILES - 4 * BACKLOG))


class Connection(H11Protocol):
    """Closed at once where ``most`` are open, and where nothing was asked on it for ``idle_seconds``, or up to twice.

    The server itself has no bound. Without descriptors the process ends, whoever holds them, with a token or without.
    """

    most = most_connections(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    idle_seconds = 30.0
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin, where there is room."""
        if len(self.connections) >= self.most:
            self.logger.warning("connection refused: %d are open", self.most)
            self.transport = transport
            transport.abort()
            return
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        self._look = self.loop.call_later(self.idle_seconds, self._close_idle, self.cycle)

    def _close_idle(self, last: object) -> None:
        """Close it where no request came after the last one, and that is answered; a head that drips is no request."""
        if self.cycle is last and (self.cycle is None or self.cycle.response_complete):
            # Not only closed: who does not read the answer would hold it.
            self.transport.abort()
        else:
            self._look_later()
