"""A consumer of kafka-python -> one whose waits leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import KafkaTimeoutError
from kafka.future import Future


def forget_waits(consumer: KafkaConsumer) -> None:
    """Let no wait of this consumer that ends without a record keep what its callers hold.

    kafka-python ends it with an exception, which its own future keeps, and with it the frames of all callers up to the
    main loop, with the megabytes of records that they have in hand: a cycle, which lives until Python looks for such.
    In the learner, which makes few objects that last, that is after hundreds of them.
    """
    fetcher = consumer._fetcher
    fetcher._net = _Network(fetcher._net, fetcher._manager)


class _Network:
    """Runs what the fetcher wants run in kafka-python's own thread, and waits there."""

    def __init__(self, network: Any, manager: Any) -> None:
        self._network, self._manager = network, manager

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What it returns; of a wait that is over nothing, where it would raise that nobody would see."""
        return self._network.run(self._wait if function == self._manager.wait_for else function, *arguments)

    async def _wait(self, future: Future, timeout_ms: float | None) -> None:
        try:
            await self._manager.wait_for(future, timeout_ms)
        except KafkaTimeoutError as error:
            error.__traceback__ = None
