"""Host and port -> a socket that listens there, or one line that says why not."""

from __future__ import annotations

import os
import socket


class PortTaken(Exception):
    """The port cannot be listened on; the message says what to do."""


def listen(host: str, port: int, flag: str) -> socket.socket:
    """A listening socket; port 0 takes a free one. ``flag`` is how another port is chosen. Raises PortTaken.

    >>> with listen("127.0.0.1", 0, "--port") as listening:
    ...     address(listening).startswith("127.0.0.1:")
    True
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        # Errors of the resolver have numbers of their own.
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise PortTaken(
            f"cannot listen on {authority(host, port)} ({why}): end what uses the port, or choose another with {flag}"
        ) from None
    # asyncio sets this on sockets of its own alone; without it each answer waits 40 ms for the client's ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address(listening: socket.socket) -> str:
    """``host:port``, as it stands in an address on the web."""
    return authority(*listening.getsockname()[:2])


def authority(host: str, port: int) -> str:
    """The same of a host and a port.

    >>> authority("::1", 8080)
    '[::1]:8080'
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
