"""Records of the followed topics -> rows of the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from services.edges import batches, outcome_keys, states, topics
from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Record
from services.edges.messages import FORGOTTEN, OutcomeMessage, RequestMessage
from stream.records import Decision

TOPICS = (topics.DECISIONS, topics.LABEL_REQUESTS, topics.LABEL_OUTCOMES, topics.LEARNER_STATE)
STATUS = "status"

_log = structlog.get_logger()


class RequestRow(NamedTuple):
    """A request as it is looked up; ``message`` is its JSON."""

    request_id: str
    text_id: str
    verdict: str
    utility: float
    asked_at: float
    expires_at: float
    message: str


class OutcomeRow(NamedTuple):
    """What became of the label at this offset of `labels`; ``message`` is its JSON."""

    labels_offset: int
    request_id: str
    message: str


@dataclass
class News:
    """What some records said, in order; None in place of a row closes the request, or forgets the outcome.

    ``forgotten`` are requests of which nothing may be kept.
    """

    decisions: list[Decision] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    requests: list[tuple[str, RequestRow | None]] = field(default_factory=list)
    outcomes: list[tuple[int, OutcomeRow | None]] = field(default_factory=list)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)


def read(records: Sequence[Record]) -> News:
    """What these records say; one that cannot be read is left out and logged: nothing waits for it."""
    news = News()
    for record in records:
        try:
            _READERS[record.topic](record, news)
        except Unreadable as error:
            _log.warning("record_unreadable", topic=record.topic, offset=record.offset, reason=error.reason)
    return news


def _decisions(record: Record, news: News) -> None:
    news.decisions += batches.decode_decisions(record.value or b"")


def _request(record: Record, news: News) -> None:
    request_id = (record.key or b"").decode(errors="replace")
    news.requests.append((request_id, None if record.value is None else _row(request_id, record.value)))
    if record.value is None and set(FORGOTTEN) <= set(record.headers):
        news.forgotten.append(request_id)


def _row(request_id: str, value: bytes) -> RequestRow:
    message = RequestMessage.parse(value)
    return RequestRow(
        request_id, message.text_id, message.verdict, message.why.utility, message.asked_at, message.expires_at,
        message.encode().decode(),
    )  # fmt: skip


def _outcome(record: Record, news: News) -> None:
    offset = outcome_keys.offset_at(record.key)
    if offset is None:
        return
    if record.value is None:
        news.outcomes.append((offset, None))
    else:
        message = OutcomeMessage.parse(record.value)
        row = OutcomeRow(message.labels_offset, message.request_id, message.encode().decode())
        news.outcomes.append((row.labels_offset, row))


def _state(record: Record, news: News) -> None:
    if record.key == STATUS.encode() and record.value is not None:
        news.state[STATUS] = dict(states.decode(record.value).fields)


_READERS = {
    topics.DECISIONS: _decisions,
    topics.LABEL_REQUESTS: _request,
    topics.LABEL_OUTCOMES: _outcome,
    topics.LEARNER_STATE: _state,
}
