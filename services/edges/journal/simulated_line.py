"""A request of one process -> the answer of the simulated broker: where a simulation loses, delays and kills."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from services.edges.journal.simulated_broker import Broker

_T = TypeVar("_T")


class Line:
    """The way from one process to the broker; a simulation derives from it, and loses or delays what passes."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def ask(self, request: str, answer: Callable[[], _T]) -> _T:  # noqa: ARG002  for those who derive
        """The broker's ``answer`` to a request of this name."""
        with self.broker.lock:
            return answer()

    def sleep(self, seconds: float) -> None:
        """Let the others go on."""
        time.sleep(seconds)

    def now(self) -> float:
        """Seconds, by which waits are measured."""
        return time.monotonic()
