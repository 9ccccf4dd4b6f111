"""The OpenAPI document beside what the API really takes and answers: a client generated from it works."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest

from services.edges.settings import TaskSettings
from tests.services.console.worlds import Console, World, decision, outcome, request

ASKED = request("t1").request_id
LABEL = {"request_id": ASKED, "label": "card_arrival", "reviewer": "ada"}


def closed(schema: Any) -> Any:
    """The schema without room for what it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: closed(each) for name, each in schema.items()}
    return (
        told | {"additionalProperties": False} if "properties" in told and "additionalProperties" not in told else told
    )


def described(document: Any, method: str, path: str, status: int) -> Any:
    """What the document says of an answer, by its media type."""
    (call,) = [
        calls[method.lower()]
        for pattern, calls in document["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", ".+", pattern), path.partition("?")[0]) and method.lower() in calls
    ]
    return call["responses"].get(str(status), call["responses"]["default"])["content"]


@pytest.fixture
def busy(world: World) -> Any:
    task = TaskSettings.model_validate({"classes": [{"name": "refund", "description": "Money back."}]})
    console = Console(world, task=task)
    world.decide([decision("t1")])
    world.ask(request("t1"), request("t2"))
    world.tell(outcome(ASKED, 0))
    world.tell(outcome(ASKED, 1, label=None))
    console.follow()
    yield console
    console.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/texts", {"text": "a"}, 202),
        ("POST", "/v1/texts?wait=0", [{"text": "a", "id": "t1"}, {"text": "b"}], 200),
        ("POST", "/v1/texts", [{"text": ""}], 422),
        ("POST", "/v1/texts?wait=-1", {"text": "a"}, 422),
        ("POST", "/v1/texts", "no message", 422),
        ("GET", "/v1/decisions/t1", None, 200),
        ("GET", "/v1/decisions/none", None, 404),
        ("GET", "/v1/requests?reviewer=ada&limit=5", None, 200),
        ("GET", "/v1/requests", None, 422),
        ("GET", "/v1/answers?reviewer=ada&limit=5", None, 200),
        ("POST", "/v1/labels", LABEL, 202),
        ("POST", "/v1/labels?wait=0", [LABEL] * 3, 200),
        ("GET", "/v1/status", None, 200),
        ("GET", "/v1/classes", None, 200),
        ("GET", "/livez", None, 200),
        ("GET", "/readyz", None, 200),
    ],
)
def test_each_answer_has_the_fields_that_are_described_and_no_others(
    busy: Console, method: str, path: str, body: Any, status: int
) -> None:
    content = described(busy.http.get("/openapi.json").json(), method, path, status)
    answer = busy.http.request(method, path, json=body)
    assert answer.status_code == status
    (schema,) = [each["schema"] for media, each in content.items() if media == answer.headers["content-type"]]
    jsonschema.validate(answer.json(), closed(schema))


@pytest.mark.parametrize(("path", "field"), [("/v1/texts", "time"), ("/v1/labels", "answered_at")])
def test_times_are_described_as_they_are_taken(busy: Console, path: str, field: str) -> None:
    document = busy.http.get("/openapi.json").json()
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/x-ndjson"]["schema"]
    assert {"type": "string", "format": "date-time"} in schema["properties"][field]["anyOf"]
    row = {"text": "a", **LABEL, field: "2026-01-31T12:00:00Z"}
    assert busy.http.post(path, json=row).status_code == 202


def test_every_error_is_described_as_a_problem(busy: Console) -> None:
    document = busy.http.get("/openapi.json").json()
    answers = [
        answer
        for calls in document["paths"].values()
        for call in calls.values()
        for answer in call["responses"].items()
    ]
    assert all([*answer["content"]] == ["application/problem+json"] for status, answer in answers if status >= "4")
