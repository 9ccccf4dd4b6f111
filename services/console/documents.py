"""Messages and answers -> their part of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from services.console.problems import MEDIA_TYPE
from stream.records import OutcomeKind, Verdict

Schema = dict[str, Any]

_NUMBER: Schema = {"type": ["number", "null"]}
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}
_TIME: Schema = {"type": "string", "format": "date-time"}


def _object(*optional: str, **properties: Schema) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _told(schema: Schema, meaning: str) -> Schema:
    return {**schema, "description": meaning}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


DECISION = _object(
    **{"id": _TEXT, "origin": _TEXT, "class": {"type": ["string", "null"]}},
    **dict.fromkeys(("probability", "utility", "threshold", "query_probability"), _NUMBER),
    verdict={"enum": [verdict.value for verdict in Verdict]},
    reason=_TEXT,
    model_version=_COUNT,
    decided_at=_TIME,
)
DECISIONS = _object(decisions=_list({"anyOf": [DECISION, {"type": "null"}]}), ids=_list(_TEXT))
ACCEPTED_TEXTS = _object(accepted=_COUNT, ids=_list(_TEXT))
ACCEPTED_LABELS = _object(accepted=_COUNT)
_OUTCOME: dict[str, Schema] = {
    **dict.fromkeys(("request_id", "reviewer", "label"), _TEXT),
    "outcome": {"enum": [kind.value for kind in OutcomeKind]},
    **dict.fromkeys(("schema_version", "model_version", "labels_offset"), _COUNT),
}
OUTCOME = _object("label", **_OUTCOME)
OUTCOMES = _object(outcomes=_list({"anyOf": [OUTCOME, {"type": "null"}]}))
_REQUEST: dict[str, Schema] = {
    "schema_version": _COUNT,
    **dict.fromkeys(("request_id", "text_id", "origin", "text"), _TEXT),
    "suggestions": _list(_object(label=_TEXT, probability=_NUMBER)),
    "why": _object(
        "query_probability",
        "nearest",
        **dict.fromkeys(("reason", "strategy", "nearest"), _TEXT),
        **dict.fromkeys(("utility", "threshold", "query_probability"), _NUMBER),
    ),
    "verdict": {"enum": [Verdict.ASK.value, Verdict.AUDIT.value]},
    **dict.fromkeys(("asked_at", "expires_at"), _TIME),
}
REQUESTS = _object(
    requests=_list(_object("origin", **_REQUEST, lease_expires=_TIME)), with_others=_COUNT, fair_share=_COUNT
)
ANSWERS = _object(
    answers=_list(
        _object(
            *("label", "outcome", "model_version", "schema_version"), **_OUTCOME, request=_object("origin", **_REQUEST)
        )
    )
)
CLASSES = _object(
    classes=_list(_TEXT),
    closed={"type": "boolean"},
    name=_TEXT,
    instructions=_TEXT,
    described={"type": "object", "additionalProperties": _object(description=_TEXT, examples=_list(_TEXT))},
)
_ACCURACY: dict[str, Schema] = {
    "of": _TEXT, "estimate": _NUMBER, "low": _NUMBER, "high": _NUMBER, "answers": _COUNT, "macro_f1": _NUMBER,
}  # fmt: skip
_STANDING = _object(
    answers=_told(
        _COUNT,
        "How many of the last 1,000 answers that are learned, and whose text had a predicted class when it was asked "
        "about, are this reviewer's.",
    ),
    agreement=_told(
        _NUMBER,
        "The weight of this reviewer's answers, 0.05 to 1: how often they agree with what had been predicted, divided "
        "by how often those of all others do, or rather what that is at most. No share of answers: 1 for who agrees as "
        "often as the others, for a single reviewer, and while there is little evidence.",
    ),
)
STATUS = _object(
    "encoder",
    **dict.fromkeys(("texts", "asked", "labels", "open_requests", "model_version"), _COUNT),
    spent_fraction=_told(
        _NUMBER, "`asked` by the texts that could be asked about: those that brought their label are none of them."
    ),
    budget=_told(_NUMBER, "The share of the texts that may be asked about; null where it is not known yet."),
    classes=_list(_TEXT),
    encoder=_TEXT,
    accuracy=_object(**_ACCURACY, calibration_error=_NUMBER),
    prequential=_object(**_ACCURACY),
    coverage=_NUMBER,
    drift={"type": "object", "additionalProperties": {"enum": ["stable", "warning", "drift"]}},
    labelling=_object("expected_gain", state=_TEXT, reason=_TEXT, expected_gain=_NUMBER),
    reviewers={"type": "object", "additionalProperties": _STANDING},
)
_WRONG = _object("row", "parameter", "reason", row=_COUNT, **dict.fromkeys(("parameter", "reason", "detail"), _TEXT))
PROBLEM = _object(
    "errors",
    "retained_since",
    **dict.fromkeys(("type", "title", "detail"), _TEXT),
    status=_COUNT,
    errors=_list(_WRONG),
    retained_since={"type": ["string", "null"], "format": "date-time"},
)


def answers(good: Mapping[int, Schema], *problems: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a call: what it gives by status, and the statuses of its problems.

    Any other one is a problem too, such as 403 or 421, which are refused before the call is known.
    """
    told: dict[int | str, dict[str, Any]] = {}
    for status, schema in good.items():
        told[status] = {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}
    problem = {MEDIA_TYPE: {"schema": PROBLEM}}
    for status in problems:
        told[status] = {"description": HTTPStatus(status).phrase, "content": problem}
    return told | {"default": {"description": "What else went wrong", "content": problem}}


def body_of(message: type[BaseModel]) -> dict[str, Any]:
    """The body of a post: one message, an array, or one a line."""
    one = message.model_json_schema()
    json = {"schema": {"anyOf": [one, _list(one)]}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": json, "application/x-ndjson": {"schema": one}},
        }
    }
