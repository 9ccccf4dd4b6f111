"""A TCP proxy before a broker: its network is slow, loses packets, breaks off, or lets nothing through."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread

_CHUNK_BYTES = 65_536
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Network:
    """What happens to each piece of up to 64 KiB that is sent, either way.

    ``delay_seconds`` it always waits. With the chance ``lost`` TCP has to send it again: it, and all behind it, wait
    another ``again_seconds``. With the chance ``reset`` the connection breaks off instead, and nobody is told what
    became of it. Where not ``through``, all pieces wait, and arrive late.
    """

    delay_seconds: float = 0.0
    lost: float = 0.0
    again_seconds: float = 0.3
    reset: float = 0.0
    through: bool = True


CLEAR = Network()
TROUBLED = Network(delay_seconds=0.02, lost=0.02, reset=0.002)
CUT = Network(through=False)


class Proxy:
    """Listens on ``port`` of 127.0.0.1 for what listens on ``upstream``; ``network`` may be changed at any time.

    ``counts``: pieces that were ``passed``, ``lost`` and ``reset``.
    """

    def __init__(self, port: int, upstream: int, seed: int = 0) -> None:
        self.network = CLEAR
        self.counts: Counter[str] = Counter()
        self._port, self._upstream = port, upstream
        self._rng = random.Random(seed)
        self._closing = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._listens = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._listen()), name="proxy", daemon=True)
        self._thread.start()
        self._listens.wait()

    def close(self) -> None:
        """Break off all connections."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    async def _listen(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with await asyncio.start_server(self._serve, "127.0.0.1", self._port):
            self._listens.set()
            await self._closing.wait()
            for connection in list(self._connections):
                connection.cancel()
            await asyncio.gather(*self._connections)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        ways = [asyncio.ensure_future(self._pump(reader, back)), asyncio.ensure_future(self._pump(there, writer))]
        with suppress(asyncio.CancelledError):  # by `close`
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        writer.transport.abort()
        back.transport.abort()
        self._connections.discard(connection)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while piece := await source.read(_CHUNK_BYTES):
                if not await self._passes():
                    return
                sink.write(piece)
                await sink.drain()
        except OSError:
            return

    async def _passes(self) -> bool:
        """Wait as the network has it; False where the connection breaks off."""
        network = self.network
        drawn = self._rng.random()
        if drawn < network.reset:
            self.counts["reset"] += 1
            return False
        if drawn < network.reset + network.lost:
            self.counts["lost"] += 1
            await asyncio.sleep(network.again_seconds)
        if network.delay_seconds:
            await asyncio.sleep(network.delay_seconds)
        while not self.network.through:
            await asyncio.sleep(_LOOK_SECONDS)
        self.counts["passed"] += 1
        return True
