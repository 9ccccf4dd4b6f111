"""Open requests and leases -> the next questions for a reviewer."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any, NamedTuple

from services.console.leases import Leases
from services.console.view import View
from stream.records import Label, OutcomeKind, Verdict

_STAYS_OPEN = (OutcomeKind.HELD, OutcomeKind.REJECTED)
"""Outcomes of answers that leave their request open."""

MAX_LEASED = 100
"""How many requests one call may lease."""


class Lot(NamedTuple):
    """What a reviewer holds: messages of requests, and when their leases run out.

    ``with_others`` open requests are with other reviewers. Who holds no more than ``fair_share``, leaves as many to
    each of these and to one who comes next.
    """

    messages: list[dict[str, Any]]
    expires: float
    with_others: int
    fair_share: int


class Queue:
    """Leases the open requests of a view, most useful first; the order is that of `Leases.deal`."""

    def __init__(self, view: View, leases: Leases) -> None:
        self._view, self._leases = view, leases
        self._lock = Lock()

    def lease(self, reviewer: str, limit: int, now: float) -> Lot:
        """Up to ``limit`` requests for this reviewer, at most `MAX_LEASED`.

        What the reviewer already holds comes first, so that a page that is loaded again shows the same question. What
        an answer of the reviewer left open is for others first.
        """
        with self._lock:
            self._leases.expire(now)
            self._settle(now)
            held = self._view.open_requests(self._leases.held(reviewer), now)
            mine = list(held.items())[:limit]
            not_taken = self._leases.not_taken(reviewer)
            reach = len(self._leases) + len(not_taken) + limit - len(mine)
            asks, audits = (self._view.queue(verdict, now, reach) for verdict in (Verdict.ASK, Verdict.AUDIT))
            dealt = self._leases.deal(asks, audits, limit - len(mine), not_taken)
            messages = dict(mine) | self._view.open_requests(dealt, now)
            expires = self._leases.grant(reviewer, list(messages), now)
            return Lot(list(messages.values()), expires, *self._shares(reviewer, now))

    def answered(self, answers: Iterable[Label], now: float) -> None:
        """Take answers that are on the way to the learner.

        Nobody is asked these again, unless the learner does not take the answer: then others are.
        """
        given = {answer.request_id: answer for answer in answers}
        with self._lock:
            for request_id in self._view.open_requests(given, now):
                self._leases.answered(given[request_id], now)

    def under_way(self, reviewer: str, now: float) -> list[tuple[Label, dict[str, Any]]]:
        """Answers of this reviewer of which no outcome is known yet, the last one first, each with its request."""
        with self._lock:
            given = {offset: answer for offset, answer in self._leases.answers().items() if answer.reviewer == reviewer}
            for offset in self._view.outcomes(given):
                del given[offset]
            asked = self._view.open_requests([answer.request_id for answer in given.values()], now)
        mine = [(given[offset], asked.get(given[offset].request_id)) for offset in sorted(given, reverse=True)]
        return [(answer, request) for answer, request in mine if request is not None]

    def _shares(self, reviewer: str, now: float) -> tuple[int, int]:
        """How many open requests are with others, and what a fair share of all is, for one of them."""
        theirs = self._leases.held_by_others(reviewer)
        answered, sharers = len(self._leases.answers()), len(set(theirs.values())) + 2
        unanswered = self._view.count_open(now, answered + MAX_LEASED * sharers) - answered
        return self._view.count_open_of(theirs, now), max(1, unanswered // sharers)

    def _settle(self, now: float) -> None:
        """Let go of answered requests once they are closed, or were left open by the outcome of their answer."""
        answers = self._leases.answers()
        still_open = self._view.open_requests([answer.request_id for answer in answers.values()], now)
        outcomes = self._view.outcomes(answers)
        for offset, answer in answers.items():
            if answer.request_id not in still_open:
                self._leases.release(answer.request_id)
            elif outcomes.get(offset, {}).get("outcome") in _STAYS_OPEN:
                self._leases.leave_open(answer.request_id, now)
