"""A call -> its future, from a thread that the end of the process does not wait for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


def begin(call: Callable[[], _Result], name: str) -> Future[_Result]:
    """Make a call in a daemon thread of this name: where an executor makes it, the process ends after the call.

    >>> begin(lambda: 2 + 2, "sum").result()
    4
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return future
