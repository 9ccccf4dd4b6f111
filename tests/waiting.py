"""Something that will be so soon -> a test that goes on once it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_SECONDS = 60.0

Found = TypeVar("Found")


def wait_for(
    look: Callable[[], Found], seconds: float = PATIENCE_SECONDS, what: str = "something", pause: float = 0.05
) -> Found:
    """What ``look`` finds, once that is something; fails with ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(pause)
    return found
