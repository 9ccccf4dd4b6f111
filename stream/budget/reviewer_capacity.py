"""Requests and answers -> why no other may be asked, if so: asks no faster than reviewers answer."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from stream.records import Doubles, Reason

_HOUR = 3_600.0


class ReviewerCapacity:
    """Once the queue is older than ``max_queue_seconds``, at most as many requests an hour as were answered in it.

    The queue's age is that of its oldest request if they were answered in order: with n open, the age of the n-th last
    one. So one that nobody ever answers does not stop all others. The times of the last ``remember`` requests and
    answers are kept; None is no limit, and nothing is kept then.
    """

    def __init__(self, max_queue_seconds: float | None = None, remember: int = 10_000) -> None:
        if max_queue_seconds is not None and not max_queue_seconds > 0:
            raise ValueError(f"a queue is at most some seconds old, not {max_queue_seconds}")
        self._max_age = max_queue_seconds
        self._issued: deque[float] = deque(maxlen=remember)
        self._answered: deque[float] = deque(maxlen=remember)

    def refusal(self, now: float, open_requests: int) -> Reason | None:
        """Why no request may be asked at ``now`` with so many open; None where one may."""
        if self._max_age is None or not open_requests or not self._issued:
            return None
        if now - self._issued[-min(open_requests, len(self._issued))] <= self._max_age:
            return None
        busy = _after(now - _HOUR, self._issued) >= _after(now - _HOUR, self._answered)
        return Reason.REVIEWERS_BUSY if busy else None

    def issue(self, now: float) -> None:
        """A request is issued, an audit or not."""
        if self._max_age is not None:
            self._issued.append(now)

    def answer(self, now: float) -> None:
        """A reviewer answered a request, or skipped it."""
        if self._max_age is not None:
            self._answered.append(now)

    def save(self) -> dict[str, Doubles]:
        """The times that are kept."""
        return {"issued": np.array(self._issued, np.float64), "answered": np.array(self._answered, np.float64)}

    def restore(self, times: Mapping[str, Doubles]) -> None:
        """Go on from what `save` returned, or from nothing."""
        for name, kept in (("issued", self._issued), ("answered", self._answered)):
            if name in times:
                kept.extend(times[name].tolist())


def _after(begin: float, times: Sequence[float] | deque[float]) -> int:
    return len(times) - bisect_right(times, begin)
