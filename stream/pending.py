"""Request -> its late answer: what is open, and what became of each answer to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from math import inf
from typing import Any, NamedTuple

import numpy as np

from stream.records import Changes, Entry, Floats, Label, OutcomeKind, Reason, Request, State, Verdict

_OPEN = "pending/open/"
_SKIPPED = "pending/skipped/"
_CLOSED = "pending/closed/"
_SKIPPED_KEPT = 1_000
_REQUEST_FIELDS = [field.name for field in fields(Request)]


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request with what its text was predicted with: the embedding, float32 (d,), and the likeliest class."""

    request: Request
    embedding: Floats
    predicted: str | None


class Settled(NamedTuple):
    """What became of one answer.

    ``request`` is there where the answer closed it (learned, skipped), and where a correction turns a skip into a
    label: its text was never learned. Other corrections replace the example under the request's id or, where they turn
    a label into a skip, take it back.
    """

    outcome: OutcomeKind
    request: PendingRequest | None = None


class _How(StrEnum):
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class _Closed(NamedTuple):
    """How a request was closed and, where it was answered, by whom and with what; a label of None is a skip."""

    number: int
    how: _How
    reviewer: str = ""
    label: str | None = None


class Pending:
    """Open requests, in the order in which they were asked, and a bounded memory of closed ones.

    The last ``remember_closed`` closed requests are remembered by their answer alone: answers to older ones are to an
    unknown request. The last 1,000 skipped ones keep their text too, so that a skip can be corrected to a label; older
    skips, and answers that were corrected to a skip, are final. Open requests are bounded by the budget.
    """

    def __init__(self, expire_seconds: float = 7 * 86_400.0, remember_closed: int = 100_000) -> None:
        if not expire_seconds > 0:
            raise ValueError(f"requests must stay open for some time, not for {expire_seconds} seconds")
        if remember_closed < 0:
            raise ValueError(f"0 or more closed requests are remembered, not {remember_closed}")
        self.expire_seconds = expire_seconds
        self._remember_closed = remember_closed
        self._open: dict[str, tuple[int, PendingRequest]] = {}
        self._skipped: OrderedDict[str, tuple[int, PendingRequest]] = OrderedDict()
        self._closed: OrderedDict[str, _Closed] = OrderedDict()
        self._next = 0
        self._earliest_expiry = inf
        self._changes: Changes = {}

    def open(self, waiting: PendingRequest) -> None:
        """Wait for answers to this request. Raises ValueError where its id was used before."""
        request_id = waiting.request.request_id
        if request_id in self._open or request_id in self._closed:
            raise ValueError(f"request {request_id} was opened before")
        self._open[request_id] = numbered = (self._number(), waiting)
        self._changes[_OPEN + request_id] = _waiting_entry(*numbered)
        self._earliest_expiry = min(self._earliest_expiry, waiting.request.expires_at)

    def answer(self, label: Label, now: float) -> Settled:
        """What becomes of this answer at ``now``; the first one that comes in time closes its request."""
        numbered = self._open.get(label.request_id)
        if numbered is None:
            return self._answer_closed(label)
        if now >= numbered[1].request.expires_at:
            return Settled(OutcomeKind.LATE)
        self._close(label.request_id, _How.ANSWERED, label.reviewer, label.label)
        if label.label is not None:
            return Settled(OutcomeKind.LEARNED, numbered[1])
        self._keep_skipped(label.request_id, numbered[1])
        return Settled(OutcomeKind.SKIPPED, numbered[1])

    def expire(self, now: float) -> list[PendingRequest]:
        """Close the requests that nobody answered in time; returns them, oldest first."""
        if now < self._earliest_expiry:
            return []
        expired = [waiting for waiting in self if waiting.request.expires_at <= now]
        for waiting in expired:
            self._close(waiting.request.request_id, _How.EXPIRED)
        self._earliest_expiry = min((waiting.request.expires_at for waiting in self), default=inf)
        return expired

    def withdraw(self, request_id: str) -> bool:
        """Close a request without an answer; False where it is not open."""
        if request_id not in self._open:
            return False
        self._close(request_id, _How.WITHDRAWN)
        return True

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, request_id: object) -> bool:
        """Whether the request of this id is open."""
        return request_id in self._open

    def __iter__(self) -> Iterator[PendingRequest]:
        return (waiting for _, waiting in self._open.values())

    def _answer_closed(self, label: Label) -> Settled:
        closed = self._closed.get(label.request_id)
        if closed is None:
            return Settled(OutcomeKind.UNKNOWN)
        if closed.how is _How.EXPIRED:
            return Settled(OutcomeKind.LATE)
        if closed.how is _How.WITHDRAWN or closed.reviewer != label.reviewer:
            return Settled(OutcomeKind.CLOSED)
        if closed.label == label.label:
            return Settled(OutcomeKind.REPEATED)
        if not label.corrects:
            return Settled(OutcomeKind.CONFLICTING)
        return self._correct(label, closed)

    def _correct(self, label: Label, closed: _Closed) -> Settled:
        _, waiting = self._skipped.pop(label.request_id, (0, None))
        if closed.label is None and waiting is None:
            return Settled(OutcomeKind.CLOSED)
        if waiting is not None:
            self._changes[_SKIPPED + label.request_id] = None
        self._remember(label.request_id, closed._replace(label=label.label))
        return Settled(OutcomeKind.CORRECTED, waiting)

    def _close(self, request_id: str, how: _How, reviewer: str = "", label: str | None = None) -> None:
        del self._open[request_id]
        self._changes[_OPEN + request_id] = None
        self._remember(request_id, _Closed(self._number(), how, reviewer, label))
        if len(self._closed) > self._remember_closed:
            self._changes[_CLOSED + self._closed.popitem(last=False)[0]] = None

    def _remember(self, request_id: str, closed: _Closed) -> None:
        self._closed[request_id] = closed
        self._changes[_CLOSED + request_id] = Entry(closed._asdict())

    def _keep_skipped(self, request_id: str, waiting: PendingRequest) -> None:
        self._skipped[request_id] = numbered = (self._number(), waiting)
        self._changes[_SKIPPED + request_id] = _waiting_entry(*numbered)
        if len(self._skipped) > _SKIPPED_KEPT:
            self._changes[_SKIPPED + self._skipped.popitem(last=False)[0]] = None

    def _number(self) -> int:
        self._next += 1
        return self._next

    def changes(self) -> Changes:
        """Requests that were opened, closed or corrected since this was last asked; None removes what is forgotten."""
        changes, self._changes = self._changes, {}
        return changes

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        self._open = dict(_restored(_OPEN, state))
        self._skipped = OrderedDict(_restored(_SKIPPED, state))
        self._closed = OrderedDict(
            (request_id, _Closed(**{**entry.fields, "how": _How(entry.fields["how"])}))
            for request_id, entry in _in_order(_CLOSED, state)
        )
        self._next = max((entry.fields["number"] for entry in state.values()), default=0)
        self._earliest_expiry = min((waiting.request.expires_at for waiting in self), default=inf)
        self._changes = {}


def _in_order(prefix: str, state: State) -> list[tuple[str, Entry]]:
    entries = [(key.removeprefix(prefix), entry) for key, entry in state.items() if key.startswith(prefix)]
    return sorted(entries, key=lambda pair: int(pair[1].fields["number"]))


def _restored(prefix: str, state: State) -> Iterator[tuple[str, tuple[int, PendingRequest]]]:
    for request_id, entry in _in_order(prefix, state):
        yield request_id, (entry.fields["number"], _waiting(entry))


def _waiting_entry(number: int, waiting: PendingRequest) -> Entry:
    request = {name: getattr(waiting.request, name) for name in _REQUEST_FIELDS}
    saved = {"number": number, "predicted": waiting.predicted, "request": request}
    return Entry(saved, {"embedding": waiting.embedding.astype(np.float16)})


def _waiting(entry: Entry) -> PendingRequest:
    request: Mapping[str, Any] = entry.fields["request"]
    return PendingRequest(
        request=Request(
            **{
                **request,
                "suggestions": tuple((label, probability) for label, probability in request["suggestions"]),
                "verdict": Verdict(request["verdict"]),
                "reason": Reason(request["reason"]),
            }
        ),
        embedding=entry.arrays["embedding"].astype(np.float32),
        predicted=entry.fields["predicted"],
    )
