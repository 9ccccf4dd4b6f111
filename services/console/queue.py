"""Open requests and leases -> the next questions for a reviewer."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

from services.console.leases import Leases
from services.console.view import View
from stream.records import Verdict


class Queue:
    """Leases the open requests of a view, most useful first; the order is that of `Leases.deal`."""

    def __init__(self, view: View, leases: Leases) -> None:
        self._view, self._leases = view, leases
        self._lock = Lock()

    def lease(self, reviewer: str, limit: int, now: float) -> tuple[list[dict[str, Any]], float]:
        """Messages of up to ``limit`` requests for this reviewer, and when their leases run out.

        What the reviewer already holds comes first, so that a page that is loaded again shows the same question.
        """
        with self._lock:
            self._leases.expire(now)
            held = self._view.open_requests(self._leases.held(reviewer), now)
            mine = list(held.items())[:limit]
            reach = len(self._leases) + limit - len(mine)
            asks, audits = (self._view.queue(verdict, now, reach) for verdict in (Verdict.ASK, Verdict.AUDIT))
            dealt = self._leases.deal(asks, audits, limit - len(mine))
            messages = dict(mine) | self._view.open_requests(dealt, now)
            expires = self._leases.grant(reviewer, list(messages), now)
        return list(messages.values()), expires

    def answered(self, answers: Iterable[tuple[str, str]], now: float) -> None:
        """Take answers, as (request id, reviewer), that are on the way to the learner: nobody is asked these again."""
        reviewers = dict(answers)
        with self._lock:
            for request_id in self._view.open_requests(reviewers, now):
                self._leases.answered(reviewers[request_id], [request_id], now)
