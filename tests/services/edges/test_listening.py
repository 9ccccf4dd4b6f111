"""Host and port -> a listening socket, or a line."""

from __future__ import annotations

import pytest

from services.edges.listening import PortTaken, address, listen


def test_a_free_port_is_taken_and_told() -> None:
    with listen("localhost", 0, "--port") as listening:
        assert address(listening).rpartition(":")[2] == str(listening.getsockname()[1])


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(PortTaken, match=f"cannot listen on {host}:0 .*--port"):
        listen(host, 0, "--port")
