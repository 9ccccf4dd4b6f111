"""The process clock + the latest time that the learner was told -> a warning while the clock is behind."""

from __future__ import annotations

from collections.abc import Callable

import structlog

_NOTED_SECONDS = 60.0
"""Clocks are set right by seconds all the time."""

_log = structlog.get_logger()


class WatchedClock:
    """``clock``, in seconds since the epoch, beside ``latest``, the learner's time.

    That never goes back, so that no budget is spent twice: where the clock was ahead for a while, or is set back, it
    stands still until the clock is there again. Each time that this begins is told.
    """

    def __init__(self, clock: Callable[[], float], latest: Callable[[], float]) -> None:
        self._clock, self._latest = clock, latest
        self._behind = False

    def __call__(self) -> float:
        """What the clock says."""
        now = self._clock()
        seconds = self._latest() - now
        if seconds > _NOTED_SECONDS and not self._behind:
            why = "limits per hour and day and the expiry of requests wait until the clock is there again"
            _log.warning("clock_behind", seconds=round(seconds), why=why)
        self._behind = seconds > _NOTED_SECONDS
        return now
