"""Request -> its late answer: what is open, and what became of each answer to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from math import inf
from typing import Any, NamedTuple

import numpy as np

from stream.class_change import ClassChange
from stream.records import Changes, Entry, Floats, Label, OutcomeKind, Reason, Request, State, Verdict
from stream.segments import Segments

OPEN = "pending/open/"
SKIPPED = "pending/skipped/"
_CLOSED = "pending/closed/"
_REQUEST_ID = "request_id"
_SKIPPED_KEPT = 1_000
_RENAMED_KEPT = 100
_PREDICTED: dict[str, Any] = {"predicted": None, "classes": 0, "temperature": 1.0, "arrangement": 0, "renamed": ()}


class PendingRequest(NamedTuple):
    """A request with what its text was predicted with: the embedding, float32 (d,), and the likeliest class.

    ``classes`` is how many classes were known then, in the order of this ``arrangement``, and ``temperature`` what
    probabilities were published at. ``renamed`` are the last 100 classes that were renamed or merged since, each with
    what it is called now.
    """

    request: Request
    embedding: Floats
    predicted: str | None
    classes: int = 0
    temperature: float = 1.0
    arrangement: int = 0
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def probability(self) -> float:
        """That of the class that was predicted: others became likelier where classes were merged since."""
        return next((share for label, share in self.request.suggestions if label == self.predicted), 0.0)

    def called(self, label: str, classes: Sequence[str]) -> str:
        """What the class that an answer names is called now: the answer may have been given before it was renamed.

        One of the ``classes`` that there are is meant as it is.
        """
        return label if label in classes else dict(self.renamed).get(label, label)

    def changed(self, change: ClassChange, classes: Sequence[str]) -> PendingRequest:
        """What had been predicted, told by the classes after a change of these ``classes``."""
        shares: dict[str, float] = {}
        for label, share in self.request.suggestions:
            if (after := change.label(label)) is not None:
                shares[after] = shares.get(after, 0.0) + share
        suggestions = tuple(sorted(shares.items(), key=lambda suggestion: -suggestion[1]))
        renamed = {before: change.label(now) for before, now in [*self.renamed, (change.old, change.old)]}
        return self._replace(
            request=self.request._replace(suggestions=suggestions),
            predicted=change.label(self.predicted) if self.predicted is not None else None,
            classes=len({change.label(label) for label in classes[: self.classes]} - {None}),
            renamed=tuple((before, now) for before, now in renamed.items() if now is not None)[-_RENAMED_KEPT:],
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
        self._open: dict[str, PendingRequest] = {}
        self._skipped: OrderedDict[str, PendingRequest] = OrderedDict()
        self._closed: OrderedDict[str, _Closed] = OrderedDict()
        self._earliest_expiry = inf
        # 16 open ones have 20 KB, and 128 closed ones 10.
        self._open_segments = Segments(OPEN, 16, _REQUEST_ID)
        self._skipped_segments = Segments(SKIPPED, 16, _REQUEST_ID)
        self._closed_segments = Segments(_CLOSED, 128, "id")

    def open(self, waiting: PendingRequest) -> None:
        """Wait for answers to this request. Raises ValueError where its id was used before."""
        request_id = waiting.request.request_id
        if request_id in self._open or request_id in self._closed:
            raise ValueError(f"request {request_id} was opened before")
        self._open[request_id] = waiting
        self._open_segments.add(request_id)
        self._earliest_expiry = min(self._earliest_expiry, waiting.request.expires_at)

    def answer(self, label: Label, now: float) -> Settled:
        """What becomes of this answer at ``now``; the first one that comes in time closes its request."""
        waiting = self._open.get(label.request_id)
        if waiting is None:
            return self._answer_closed(label)
        if now >= waiting.request.expires_at:
            return Settled(OutcomeKind.LATE)
        self._close(label.request_id, _How.ANSWERED, label.reviewer, label.label)
        if label.label is not None:
            return Settled(OutcomeKind.LEARNED, waiting)
        self._keep_skipped(label.request_id, waiting)
        return Settled(OutcomeKind.SKIPPED, waiting)

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

    def kept(self) -> Iterator[PendingRequest]:
        """All requests whose text is kept: open ones, and skipped ones that can still be corrected."""
        return chain(self._open.values(), self._skipped.values())

    def answered_by(self, reviewer: str) -> bool:
        """Whether an answer of this reviewer closed one of the requests that are remembered."""
        return any(closed.how is _How.ANSWERED and closed.reviewer == reviewer for closed in self._closed.values())

    def forget(self, request_id: str) -> bool:
        """Keep nothing of a request's text: withdraw it, and make its skip final; False where nothing was kept."""
        waiting = self._unskipped(request_id)
        return self.withdraw(request_id) or waiting is not None

    def change(self, change: ClassChange, classes: Sequence[str]) -> list[Request]:
        """One of these ``classes`` was renamed, merged or removed: an answer is compared with what it is called now.

        Returns the open requests that suggested it, as they are now.
        """
        suggested = [each.request.request_id for each in self if change.old in dict(each.request.suggestions)]
        kept = ((self._open, self._open_segments), (self._skipped, self._skipped_segments))
        for requests, segments in kept:
            for request_id, waiting in requests.items():
                requests[request_id] = waiting.changed(change, classes)
                segments.change(request_id)
        return [self._open[request_id].request for request_id in suggested]

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, request_id: object) -> bool:
        """Whether the request of this id is open."""
        return request_id in self._open

    def __iter__(self) -> Iterator[PendingRequest]:
        return iter(self._open.values())

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
        waiting = self._unskipped(label.request_id)
        if closed.label is None and waiting is None:
            return Settled(OutcomeKind.CLOSED)
        self._closed[label.request_id] = closed._replace(label=label.label)
        self._closed_segments.change(label.request_id)
        return Settled(OutcomeKind.CORRECTED, waiting)

    def _close(self, request_id: str, how: _How, reviewer: str = "", label: str | None = None) -> None:
        del self._open[request_id]
        self._open_segments.remove(request_id)
        self._closed[request_id] = _Closed(how, reviewer, label)
        self._closed_segments.add(request_id)
        if len(self._closed) > self._remember_closed:
            oldest, _ = self._closed.popitem(last=False)
            self._closed_segments.remove(oldest)

    def _keep_skipped(self, request_id: str, waiting: PendingRequest) -> None:
        self._skipped[request_id] = waiting
        self._skipped_segments.add(request_id)
        if len(self._skipped) > _SKIPPED_KEPT:
            oldest, _ = self._skipped.popitem(last=False)
            self._skipped_segments.remove(oldest)

    def _unskipped(self, request_id: str) -> PendingRequest | None:
        """Keep the text of a skipped request no longer; returns the request, if it was kept."""
        waiting = self._skipped.pop(request_id, None)
        if waiting is not None:
            self._skipped_segments.remove(request_id)
        return waiting

    def changes(self) -> Changes:
        """The segments in which requests were opened, closed, corrected or forgotten since this was last asked."""
        return {
            **self._open_segments.changes(lambda ids: _waiting_entry([self._open[each] for each in ids])),
            **self._skipped_segments.changes(lambda ids: _waiting_entry([self._skipped[each] for each in ids])),
            **self._closed_segments.changes(lambda ids: _closed_entry([self._closed[each] for each in ids])),
        }

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        self._open = dict(_restored(self._open_segments.restore(state)))
        self._skipped = OrderedDict(_restored(self._skipped_segments.restore(state)))
        self._closed = OrderedDict(_restored_closed(self._closed_segments.restore(state)))
        self._earliest_expiry = min((waiting.request.expires_at for waiting in self), default=inf)


def _closed_entry(requests: Sequence[_Closed]) -> Entry:
    return Entry(dict(zip(_Closed._fields, map(list, zip(*requests, strict=True)), strict=True)))


def _restored_closed(entries: Iterable[Entry]) -> Iterator[tuple[str, _Closed]]:
    for entry in entries:
        fields = {**entry.fields, "how": map(_How, entry.fields["how"])}
        yield from zip(fields["id"], map(_Closed, *(fields[name] for name in _Closed._fields)), strict=True)


def _waiting_entry(requests: Sequence[PendingRequest]) -> Entry:
    fields = {
        **{name: [getattr(waiting, name) for waiting in requests] for name in _PREDICTED},
        **{name: [getattr(waiting.request, name) for waiting in requests] for name in Request._fields},
    }
    return Entry(fields, {"embedding": np.stack([waiting.embedding for waiting in requests]).astype(np.float16)})


def _restored(entries: Iterable[Entry]) -> Iterator[tuple[str, PendingRequest]]:
    for entry in entries:
        fields = dict(entry.fields)
        fields["suggestions"] = [tuple(map(tuple, each)) for each in fields["suggestions"]]
        fields["verdict"], fields["reason"] = map(Verdict, fields["verdict"]), map(Reason, fields["reason"])
        requests = map(Request, *(fields[name] for name in Request._fields))
        embeddings = entry.arrays["embedding"].astype(np.float32)
        if "renamed" in fields:
            fields["renamed"] = [tuple(map(tuple, each)) for each in fields["renamed"]]
        predicted = (fields.get(name, [value] * len(embeddings)) for name, value in _PREDICTED.items())
        for waiting in map(PendingRequest, requests, embeddings, *predicted):
            yield waiting.request.request_id, waiting
