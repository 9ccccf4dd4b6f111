"""Something that will be so soon -> a test that goes on once it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_SECONDS = 60.0

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], seconds: float = PATIENCE_SECONDS) -> Found:
    """What ``look`` finds, once that is something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found
