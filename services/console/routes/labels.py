"""GET /v1/requests, POST /v1/labels, GET /v1/answers: questions out, answers in, and which can be corrected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from services.console.documents import ACCEPTED_LABELS, ANSWERS, OUTCOMES, REQUESTS, answers, body_of
from services.console.parts import Parts, Wait
from services.console.queue import MAX_LEASED
from services.console.view import View
from services.edges.messages import LabelMessage, ReviewerName
from services.edges.times import rfc3339
from stream.records import Label

Reviewer = Annotated[ReviewerName, Query(min_length=1, description="A name or pseudonym.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LEASED)]


def router(parts: Parts) -> APIRouter:
    """The routes of requests and of their answers."""
    api = APIRouter(tags=["labels"])

    @api.get("/v1/requests", responses=answers({200: REQUESTS}, 422))
    def get_requests(reviewer: Reviewer, limit: Limit = 1) -> JSONResponse:
        """Lease open requests to a reviewer, most useful first; what the reviewer holds already comes before.

        Every fourth one is an audit while any is open, for by utility alone those would come last.

        ``with_others``: how many open ones other reviewers hold; ``fair_share``: how many leave others some.
        """
        return JSONResponse(leased(parts, reviewer, limit))

    @api.post(
        "/v1/labels",
        status_code=202,
        openapi_extra=body_of(LabelMessage),
        responses=answers({202: ACCEPTED_LABELS, 200: OUTCOMES}, 400, 408, 413, 415, 422, 429, 503),
    )
    async def post_labels(request: Request, wait: Wait = None) -> JSONResponse:
        """Accept answers, all or none; 202 once durable, or 200 with what became of them where ``wait`` is given."""
        async with parts.admission.body(request) as body:
            messages = await parts.messages(request, body, LabelMessage.parse)
            offsets = await run_in_threadpool(accept, parts, messages)
            if wait is None:
                return JSONResponse({"accepted": len(offsets)}, 202)
            asked = {offset: message.request_id for offset, message in zip(offsets, messages, strict=True)}
            told = await parts.follower.outcomes.rows(offsets, partial(outcomes_about, parts.view, asked), wait)
            return JSONResponse({"outcomes": [told.get(offset) for offset in offsets]})

    @api.get("/v1/answers", responses=answers({200: ANSWERS}, 422))
    def get_answers(reviewer: Reviewer, limit: Limit = 1) -> JSONResponse:
        """A reviewer's answers that can be corrected, the last one first, as far as the console keeps them.

        Each is told as what became of it, or of its correction, with its ``request``; one without a label is a skip.
        Of one that is on its way to the learner nothing became yet.
        """
        return JSONResponse({"answers": correctable(parts, reviewer, limit)})

    return api


def leased(parts: Parts, reviewer: str, limit: int) -> dict[str, Any]:
    """Up to ``limit`` open requests, leased to this reviewer, and how many there are for others."""
    lot = parts.queue.lease(reviewer, limit, parts.clock())
    expires = {"lease_expires": rfc3339(lot.expires)}
    shares = {"with_others": lot.with_others, "fair_share": lot.fair_share}
    return {"requests": [message | expires for message in lot.messages]} | shares


def outcomes_about(view: View, asked: Mapping[int, str], offsets: Collection[int]) -> dict[int, dict[str, Any]]:
    """What became of the answers at these offsets, whose requests are ``asked``.

    A topic `labels` that was made anew has other answers at the same offsets.
    """
    return {offset: told for offset, told in view.outcomes(offsets).items() if told["request_id"] == asked[offset]}


def accept(parts: Parts, messages: Sequence[LabelMessage]) -> list[int]:
    """Append the answers, durably, those without a time with this one's; their offsets in `labels`."""
    if not messages:
        return []
    now = parts.clock()
    offsets = parts.journal.append([message.given(now).record() for message in messages])
    parts.queue.answered([each.answer(offset) for each, offset in zip(messages, offsets, strict=True)], now)
    return offsets


def correctable(parts: Parts, reviewer: str, limit: int) -> list[dict[str, Any]]:
    """Up to ``limit`` answers of this reviewer that can be corrected, the last one first."""
    # In this order, or an answer whose outcome becomes known in between would be in neither.
    under_way = parts.queue.under_way(reviewer, parts.clock())
    known = parts.view.answers(reviewer, limit)
    ids = {each["request_id"] for each in known}
    waiting = [_told(answer, request) for answer, request in under_way if answer.request_id not in ids]
    return [*waiting, *known][:limit]


def _told(answer: Label, request: dict[str, Any]) -> dict[str, Any]:
    label = {} if answer.label is None else {"label": answer.label}
    ids = {"request_id": answer.request_id, "reviewer": answer.reviewer, "labels_offset": answer.offset}
    return ids | label | {"request": request}
