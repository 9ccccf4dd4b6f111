"""Open requests -> who looks at which: no two reviewers get the same one, and audits are not starved."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from stream.records import Label

AUDIT_TURN = 4
"""Every fourth request dealt is an audit while any is open.

Audits are the honest measure of accuracy, which needs their answers in full; by utility alone they would come last.
They are a tenth of the requests (`BUDGET__AUDIT_SHARE`), so at a fourth of the answers none is left behind as long as
two fifths of all requests are answered.
"""


ANSWERED_SECONDS = 3_600.0
"""How long an answered request is dealt to nobody, should the learner be away; mostly it closes within a second."""

NOT_TAKEN = 10_000
"""How many answers that left their request open are remembered, the oldest going first."""


class Lease(NamedTuple):
    """A request is shown to ``reviewer`` alone until ``expires``; nobody gets it once it has an ``answer``."""

    reviewer: str
    expires: float
    answer: Label | None = None


class Leases:
    """Remembers who looks at what, for ``seconds`` at a time, and whose answer to what was not taken.

    The latter is not asked the same again for as long, while others are: it may be the only reviewer, who is off hold
    by then, or takes another class. Bound: one lease for each open request, and `NOT_TAKEN` answers. Not kept over a
    restart: the worst that follows is that two reviewers see one request, and the first answer counts, or that one sees
    a request again.
    """

    def __init__(self, seconds: float = 300.0) -> None:
        self._seconds = seconds
        self._leases: dict[str, Lease] = {}
        self._not_taken: dict[tuple[str, str], float] = {}
        """Until when whose answer to what is remembered, the first to end first."""
        self._dealt = 0
        self._now = -math.inf

    def expire(self, now: float) -> None:
        """Drop what has run out at ``now``, in seconds since the epoch.

        Where the clock was set back, nothing lasts longer than if it began now: a question would be hidden for hours.
        """
        if now < self._now:
            self._begin_anew(now)
        self._now = now
        self._leases = {held: lease for held, lease in self._leases.items() if lease.expires > now}
        self._not_taken = {answer: until for answer, until in self._not_taken.items() if until > now}

    def _begin_anew(self, now: float) -> None:
        for held, lease in self._leases.items():
            longest = self._seconds if lease.answer is None else ANSWERED_SECONDS
            self._leases[held] = lease._replace(expires=min(lease.expires, now + longest))
        self._not_taken = {answer: min(until, now + self._seconds) for answer, until in self._not_taken.items()}

    def held(self, reviewer: str) -> list[str]:
        """The requests that this reviewer was dealt and has not answered, in the order of dealing."""
        return [held for held, lease in self._leases.items() if lease.reviewer == reviewer and lease.answer is None]

    def held_by_others(self, reviewer: str) -> dict[str, str]:
        """The requests that other reviewers were dealt and have not answered, and who."""
        leases = self._leases.items()
        return {held: lease.reviewer for held, lease in leases if lease.reviewer != reviewer and lease.answer is None}

    def answers(self) -> dict[int, Label]:
        """The answers that are on the way to the learner, by their offsets in `labels`."""
        return {lease.answer.offset: lease.answer for lease in self._leases.values() if lease.answer is not None}

    def not_taken(self, reviewer: str) -> set[str]:
        """The requests that answers of this reviewer left open of late."""
        return {request_id for name, request_id in self._not_taken if name == reviewer}

    def __len__(self) -> int:
        return len(self._leases)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._leases

    def deal(
        self, asks: Iterable[str], audits: Iterable[str], count: int, but: Collection[str] = frozenset()
    ) -> list[str]:
        """Up to ``count`` of the free requests ``but`` these, in the order given, every `AUDIT_TURN`-th an audit."""
        rest_asks, rest_audits = (
            [request_id for request_id in given if request_id not in self and request_id not in but]
            for given in (asks, audits)
        )
        dealt: list[str] = []
        while len(dealt) < count and (rest_asks or rest_audits):
            turn = self._dealt % AUDIT_TURN == AUDIT_TURN - 1
            dealt.append((rest_audits if rest_audits and (turn or not rest_asks) else rest_asks).pop(0))
            self._dealt += 1
        return dealt

    def grant(self, reviewer: str, request_ids: Sequence[str], now: float) -> float:
        """Lease these requests to this reviewer, or renew their leases; returns when they run out."""
        expires = now + self._seconds
        for request_id in request_ids:
            self._leases[request_id] = Lease(reviewer, expires)
        return expires

    def answered(self, answer: Label, now: float) -> None:
        """Deal the request of this answer to nobody while that is on the way to the learner."""
        self._leases[answer.request_id] = Lease(answer.reviewer, now + ANSWERED_SECONDS, answer)

    def release(self, request_id: str) -> None:
        """Let the lease of this request go."""
        del self._leases[request_id]

    def leave_open(self, request_id: str, now: float) -> None:
        """Let the lease of this request go, whose answer was not taken; remember whose answer that was."""
        self._not_taken[self._leases.pop(request_id).reviewer, request_id] = now + self._seconds
        if len(self._not_taken) > NOT_TAKEN:
            del self._not_taken[next(iter(self._not_taken))]
