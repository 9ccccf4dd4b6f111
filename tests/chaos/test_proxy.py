"""Bytes through the proxy -> they arrive; late, or not at all, where the network is made so."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from threading import Thread

import pytest

from tests.chaos.proxy import CLEAR, CUT, Network, Proxy
from tests.chaos.service import free_port


def echo(listening: socket.socket) -> None:
    """Send back what comes, one connection after the other, until the socket is closed."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            while piece := connection.recv(1_000):
                connection.sendall(piece)


@pytest.fixture
def proxy() -> Iterator[tuple[Proxy, int]]:
    """A proxy before an echo, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=echo, args=(listening,), daemon=True).start()
        port = free_port()
        with closing(Proxy(port, listening.getsockname()[1])) as made:
            yield made, port
        listening.shutdown(socket.SHUT_RDWR)


def test_a_clear_network_passes_what_is_sent(proxy: tuple[Proxy, int]) -> None:
    _, port = proxy
    with socket.create_connection(("127.0.0.1", port), timeout=5.0) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"


def test_what_was_cut_off_arrives_late(proxy: tuple[Proxy, int]) -> None:
    made, port = proxy
    with socket.create_connection(("127.0.0.1", port), timeout=0.5) as client:
        made.network = CUT
        client.sendall(b"hello")
        with pytest.raises(TimeoutError):
            client.recv(100)
        made.network = CLEAR
        client.settimeout(5.0)
        assert client.recv(100) == b"hello"


def test_a_connection_that_is_reset_ends_on_both_sides(proxy: tuple[Proxy, int]) -> None:
    made, port = proxy
    made.network = Network(reset=1.0)
    with socket.create_connection(("127.0.0.1", port), timeout=5.0) as client:
        client.sendall(b"hello")
        with suppress(ConnectionResetError):
            assert client.recv(100) == b""
    assert made.counts["reset"] == 1
