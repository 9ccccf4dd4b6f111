"""A call that may hang -> what it returns or raises, or TimeoutError once it takes too long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


def within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """Make a call in a thread of its own. Where it hangs the thread is left behind: the process should end.

    Raises what the call raises, and TimeoutError.

    >>> within(1.0, lambda: 2 + 2)
    4
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name="time-limit", daemon=True).start()
    return future.result(seconds)
