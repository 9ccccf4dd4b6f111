"""POST /v1/texts, GET /v1/decisions/{id}: texts in, decisions out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor

from services.console.documents import ACCEPTED_TEXTS, DECISION, DECISIONS, answers, body_of
from services.console.parts import Parts, Wait
from services.console.problems import Problem
from services.edges.journal.base import Journal
from services.edges.messages import TextMessage
from services.edges.times import rfc3339
from services.edges.topics import TEXTS
from stream.records import Decision


class _Any(Convertor[str]):
    """Of a path all that is left, line breaks included: an id may have them."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any", _Any())


def router(parts: Parts) -> APIRouter:
    """The routes of texts and of what was decided about them."""
    api = APIRouter(tags=["texts"])

    @api.post(
        "/v1/texts",
        status_code=202,
        openapi_extra=body_of(TextMessage),
        responses=answers({202: ACCEPTED_TEXTS, 200: DECISIONS}, 400, 408, 413, 415, 422, 429, 503),
    )
    async def post_texts(request: Request, wait: Wait = None) -> JSONResponse:
        """Accept texts, all or none; 202 once they are durable, or 200 with their decisions where ``wait`` is given.

        An id that was posted before is accepted and changes nothing.
        """
        async with parts.admission.body(request) as body:
            messages = await parts.messages(request, body, TextMessage.parse)
            ids = await run_in_threadpool(accept, parts.journal, messages)
            if wait is None:
                return JSONResponse({"accepted": len(ids), "ids": ids}, 202)
            decided = await parts.follower.decisions.rows(ids, parts.view.decisions, wait)
            found = [shown(decided[text_id]) if text_id in decided else None for text_id in ids]
            return JSONResponse({"decisions": found, "ids": ids})

    @api.get("/v1/decisions/{id:any}", responses=answers({200: DECISION}, 404))
    def get_decision(text_id: Annotated[str, Path(alias="id")]) -> JSONResponse:
        """What was decided about a text, by its id."""
        decision = parts.view.decisions([text_id]).get(text_id)
        if decision is not None:
            return JSONResponse(shown(decision))
        since = parts.view.decided_since()
        raise Problem(
            404,
            "no decision about this text is kept: it is unknown, not decided yet, or older than what is kept",
            retained_since=None if since is None else rfc3339(since),
        )

    return api


def accept(journal: Journal, messages: Sequence[TextMessage]) -> list[str]:
    """Append the texts, durably; their ids: the user's, else the origins."""
    if not messages:
        return []
    # A text without an id is named by its place.
    records = [journal.placed(message.record()) for message in messages]
    offsets = journal.append(records)
    topic = journal.identity(TEXTS)
    return [
        message.id or f"{topic}/{record.partition}/{offset}"
        for message, record, offset in zip(messages, records, offsets, strict=True)
    ]


def shown(decision: Decision) -> dict[str, Any]:
    """A decision as the API tells it: named as in the topic, what is not finite as null.

    >>> shown(Decision("7", "c/t/0/1", "refund", 0.5, 0.5, math.inf, "SKIP", "out_of_budget", 0.1, 3, 0.0))["threshold"]
    """
    fields = decision._asdict()
    fields = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in fields.items()
    }
    fields["class"] = fields.pop("label")
    return fields | {"decided_at": rfc3339(decision.decided_at)}
