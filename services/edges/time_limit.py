"""A call that may hang -> what it returns or raises, or TimeoutError once it takes too long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from services.edges.background import begin

_Result = TypeVar("_Result")


def within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """Make a call in a thread of its own. Where it hangs the thread is left behind: the process should end.

    Raises what the call raises, and TimeoutError.

    >>> within(1.0, lambda: 2 + 2)
    4
    """
    return begin(call, "time-limit").result(seconds)
