"""Request -> its late answer: what is open, and what became of each answer to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import inf
from typing import Any, NamedTuple

import numpy as np

from stream.class_change import ClassChange
from stream.records import Changes, Entry, Floats, Label, OutcomeKind, Reason, Request, State, Verdict
from stream.segments import Segments

OPEN = "pending/open/"
SKIPPED = "pending/skipped/"
_CLOSED = "pending/closed/"
_SKIPPED_KEPT = 1_000
_PREDICTED: dict[str, Any] = {"predicted": None, "classes": 0, "temperature": 1.0}


class PendingRequest(NamedTuple):
    """A request with what its text was predicted with: the embedding, float32 (d,), and the likeliest class.

    ``classes`` is how many classes were known then, and ``temperature`` what probabilities were published at.
    """

    request: Request
    embedding: Floats
    predicted: str | None
    classes: int = 0
    temperature: float = 1.0

    def changed(self, change: ClassChange, classes: Sequence[str]) -> PendingRequest:
        """What had been predicted, told by the classes after a change of these ``classes``."""
        shares: dict[str, float] = {}
        for label, share in self.request.suggestions:
            if (after := change.label(label)) is not None:
                shares[after] = shares.get(after, 0.0) + share
        suggestions = tuple(sorted(shares.items(), key=lambda suggestion: -suggestion[1]))
        return self._replace(
            request=self.request._replace(suggestions=suggestions),
            predicted=change.label(self.predicted) if self.predicted is not None else None,
            classes=len({change.label(label) for label in classes[: self.classes]} - {None}),
        )


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
        self._earliest_expiry = inf
        # Numbers of both kinds take turns: some 16 open ones, 20 KB, and 128 closed ones, 10 KB, stand in an entry.
        self._open_segments = Segments(OPEN, 32)
        self._skipped_segments = Segments(SKIPPED)
        self._closed_segments = Segments(_CLOSED, 256)

    def open(self, waiting: PendingRequest) -> None:
        """Wait for answers to this request. Raises ValueError where its id was used before."""
        request_id = waiting.request.request_id
        if request_id in self._open or request_id in self._closed:
            raise ValueError(f"request {request_id} was opened before")
        number = self._number()
        self._open[request_id] = (number, waiting)
        self._open_segments.add(number, request_id)
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
        expired = [waiting for _, waiting in self._open.values() if waiting.request.expires_at <= now]
        for waiting in expired:
            self._close(waiting.request.request_id, _How.EXPIRED)
        self._earliest_expiry = min((waiting.request.expires_at for _, waiting in self._open.values()), default=inf)
        return expired

    def withdraw(self, request_id: str) -> bool:
        """Close a request without an answer; False where it is not open."""
        if request_id not in self._open:
            return False
        self._close(request_id, _How.WITHDRAWN)
        return True

    def kept(self) -> Iterator[PendingRequest]:
        """All requests whose text is kept: open ones, and skipped ones that can still be corrected."""
        return (waiting for _, waiting in (*self._open.values(), *self._skipped.values()))

    def answered_by(self, reviewer: str) -> bool:
        """Whether an answer of this reviewer closed one of the requests that are remembered."""
        return any(closed.how is _How.ANSWERED and closed.reviewer == reviewer for closed in self._closed.values())

    def forget(self, request_id: str) -> bool:
        """Keep nothing of a request's text: withdraw it, and make its skip final; False where nothing was kept."""
        number, waiting = self._skipped.pop(request_id, (0, None))
        if waiting is not None:
            self._skipped_segments.remove(number, request_id)
        return self.withdraw(request_id) or waiting is not None

    def change(self, change: ClassChange, classes: Sequence[str]) -> list[Request]:
        """One of these ``classes`` was renamed, merged or removed: an answer is compared with what it is called now.

        Returns the open requests that suggested it, as they are now.
        """
        suggested = [each.request.request_id for each in self if change.old in dict(each.request.suggestions)]
        kept = ((self._open, self._open_segments), (self._skipped, self._skipped_segments))
        for requests, segments in kept:
            for request_id, (number, waiting) in requests.items():
                requests[request_id] = number, waiting.changed(change, classes)
                segments.change(number)
        return [self._open[request_id][1].request for request_id in suggested]

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
        number, waiting = self._skipped.pop(label.request_id, (0, None))
        if closed.label is None and waiting is None:
            return Settled(OutcomeKind.CLOSED)
        if waiting is not None:
            self._skipped_segments.remove(number, label.request_id)
        self._closed[label.request_id] = closed._replace(label=label.label)
        self._closed_segments.change(closed.number)
        return Settled(OutcomeKind.CORRECTED, waiting)

    def _close(self, request_id: str, how: _How, reviewer: str = "", label: str | None = None) -> None:
        number, _ = self._open.pop(request_id)
        self._open_segments.remove(number, request_id)
        closed = self._closed[request_id] = _Closed(self._number(), how, reviewer, label)
        self._closed_segments.add(closed.number, request_id)
        if len(self._closed) > self._remember_closed:
            oldest, forgotten = self._closed.popitem(last=False)
            self._closed_segments.remove(forgotten.number, oldest)

    def _keep_skipped(self, request_id: str, waiting: PendingRequest) -> None:
        number = self._number()
        self._skipped[request_id] = (number, waiting)
        self._skipped_segments.add(number, request_id)
        if len(self._skipped) > _SKIPPED_KEPT:
            oldest, (number, _) = self._skipped.popitem(last=False)
            self._skipped_segments.remove(number, oldest)

    def _number(self) -> int:
        """Behind the last one that is kept, not that ever was: so a restored memory goes on with the same numbers."""
        last = 0
        for kept in (self._open, self._skipped, self._closed):
            if kept:
                last = max(last, kept[next(reversed(kept))][0])
        return 1 + last

    def changes(self) -> Changes:
        """The segments in which requests were opened, closed, corrected or forgotten since this was last asked."""
        return {
            **self._open_segments.changes(lambda ids: _waiting_entry([self._open[each] for each in ids])),
            **self._skipped_segments.changes(lambda ids: _waiting_entry([self._skipped[each] for each in ids])),
            **self._closed_segments.changes(lambda ids: _closed_entry([(each, self._closed[each]) for each in ids])),
        }

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        self._open = dict(_restored(OPEN, state))
        self._skipped = OrderedDict(_restored(SKIPPED, state))
        self._closed = OrderedDict(_restored_closed(state))
        self._open_segments.restore((number, request_id) for request_id, (number, _) in self._open.items())
        self._skipped_segments.restore((number, request_id) for request_id, (number, _) in self._skipped.items())
        self._closed_segments.restore((closed.number, request_id) for request_id, closed in self._closed.items())
        self._earliest_expiry = min((waiting.request.expires_at for waiting in self), default=inf)


def _in_order(prefix: str, state: State) -> list[Entry]:
    entries = [entry for key, entry in state.items() if key.startswith(prefix)]
    return sorted(entries, key=lambda entry: int(entry.fields["number"][0]))


def _closed_entry(requests: Sequence[tuple[str, _Closed]]) -> Entry:
    ids = [request_id for request_id, _ in requests]
    columns = zip(*(closed for _, closed in requests), strict=True)
    return Entry({"id": ids, **dict(zip(_Closed._fields, map(list, columns), strict=True))})


def _restored_closed(state: State) -> Iterator[tuple[str, _Closed]]:
    for entry in _in_order(_CLOSED, state):
        fields = {**entry.fields, "how": map(_How, entry.fields["how"])}
        yield from zip(fields.pop("id"), map(_Closed, *(fields[name] for name in _Closed._fields)), strict=True)


def _waiting_entry(requests: Sequence[tuple[int, PendingRequest]]) -> Entry:
    columns = {name: [getattr(waiting.request, name) for _, waiting in requests] for name in Request._fields}
    fields = {
        "number": [number for number, _ in requests],
        **{name: [getattr(waiting, name) for _, waiting in requests] for name in _PREDICTED},
        **columns,
    }
    return Entry(fields, {"embedding": np.stack([waiting.embedding for _, waiting in requests]).astype(np.float16)})


def _restored(prefix: str, state: State) -> Iterator[tuple[str, tuple[int, PendingRequest]]]:
    for entry in _in_order(prefix, state):
        fields = dict(entry.fields)
        fields["suggestions"] = [tuple(map(tuple, each)) for each in fields["suggestions"]]
        fields["verdict"], fields["reason"] = map(Verdict, fields["verdict"]), map(Reason, fields["reason"])
        requests = map(Request, *(fields[name] for name in Request._fields))
        embeddings = entry.arrays["embedding"].astype(np.float32)
        predicted = (fields.get(name, [value] * len(embeddings)) for name, value in _PREDICTED.items())
        for number, *waiting in zip(fields["number"], requests, embeddings, *predicted, strict=True):
            yield waiting[0].request_id, (number, PendingRequest(*waiting))
