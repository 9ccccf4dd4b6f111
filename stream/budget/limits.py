"""Requests issued and open -> why no other may be issued, if so: limits per hour, per day and on open requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import NamedTuple

import numpy as np

from stream.records import Doubles, Reason

_SECONDS = {"hour": 3_600.0, "day": 86_400.0}


class SlidingWindow:
    """At most ``limit`` requests in any ``seconds``: remembers the times of the last ``limit`` requests."""

    def __init__(self, limit: int, seconds: float) -> None:
        if limit < 0:
            raise ValueError(f"a limit on requests is 0 or more, not {limit}")
        self._limit = limit
        self._seconds = seconds
        self.times: deque[float] = deque(maxlen=limit)

    def full(self, now: float) -> bool:
        """Whether no other request may be issued now."""
        if len(self.times) < self._limit:
            return False
        return self._limit == 0 or self.times[0] > now - self._seconds

    def count(self, now: float) -> None:
        """A request is issued now."""
        self.times.append(now)


class Limits:
    """What one kind of request must keep to: ``max_open``, and windows that it may share with the other kind."""

    def __init__(self, max_open: int, windows: Mapping[str, SlidingWindow]) -> None:
        if max_open < 0:
            raise ValueError(f"a limit on open requests is 0 or more, not {max_open}")
        self._max_open = max_open
        self._windows = dict(windows)
        self._in_turn: Sequence[SlidingWindow] = tuple(windows.values())

    def refusal(self, now: float, open_requests: int) -> Reason | None:
        """Why no request may be issued at ``now`` with so many open; None where one may."""
        for window in self._in_turn:
            if window.full(now):
                return Reason.RATE_LIMIT
        return Reason.QUEUE_FULL if open_requests >= self._max_open else None

    def count(self, now: float) -> None:
        """A request of this kind is issued now."""
        for window in self._in_turn:
            window.count(now)

    def save(self) -> dict[str, Doubles]:
        """The times of the last requests, by window."""
        return {name: np.array(window.times, np.float64) for name, window in self._windows.items()}

    def restore(self, times: Mapping[str, Doubles]) -> None:
        """Go on from what `save` returned; a limit that was not there before starts empty."""
        for name, window in self._windows.items():
            if name in times:
                window.times.extend(times[name].tolist())


class LimitsByKind(NamedTuple):
    """The limits on asking and on auditing."""

    asks: Limits
    audits: Limits


def share_limits(audit_share: Fraction, per_hour: int | None, per_day: int | None, max_open: int) -> LimitsByKind:
    """Limits on all requests together, of which asking leaves the share ``audit_share`` free for audits.

    Asking always gets one place, unless all of them belong to audits.
    """
    shared, own = {}, {}
    for name, limit in (("hour", per_hour), ("day", per_day)):
        if limit is not None:
            shared[f"{name}/all"] = SlidingWindow(limit, _SECONDS[name])
            own[f"{name}/asks"] = SlidingWindow(_left(limit, audit_share), _SECONDS[name])
    return LimitsByKind(Limits(_left(max_open, audit_share), shared | own), Limits(max_open, shared))


def _left(limit: int, audit_share: Fraction) -> int:
    return max(floor(limit * (1 - audit_share)), min(limit, 1) if audit_share < 1 else 0)
