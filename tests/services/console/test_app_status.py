"""Status, classes, health, metrics, the schema, and what every answer has in common."""

from __future__ import annotations

import math
from typing import Any

import pytest
from prometheus_client import Counter

from services.console import documents
from services.edges.settings import TaskSettings
from tests.services.console.test_app_texts import problem_of
from tests.services.console.worlds import STATUS, Console, World


def test_the_status_is_the_learners_and_numbers_that_are_not_finite_are_null(console: Console) -> None:
    accuracy = {"estimate": math.nan, "low": 0.0, "high": 1.0, "answers": 0}
    console.world.report(STATUS | {"accuracy": accuracy})
    console.follow()
    assert console.http.get("/v1/status").json() == STATUS | {"accuracy": accuracy | {"estimate": None}}


def test_before_the_learner_has_begun_the_status_has_the_same_fields(console: Console) -> None:
    status = console.http.get("/v1/status").json()
    assert status.keys() == STATUS.keys() - {"encoder"}
    described = documents.STATUS["properties"]
    assert described.keys() == STATUS.keys()
    for name in ("accuracy", "prequential"):
        assert described[name]["properties"].keys() == status[name].keys()
    assert (status["texts"], status["labelling"]["state"]) == (0, "cold")


def test_before_the_learner_has_begun_the_status_tells_what_the_settings_say(world: World) -> None:
    console = Console(world, task=TaskSettings.model_validate({"classes": ["lost_card", "age_limit"]}), budget=0.02)
    status = console.http.get("/v1/status").json()
    assert (status["budget"], status["classes"]) == (0.02, ["lost_card", "age_limit"])
    console.close()


def test_it_is_told_that_agreement_is_a_weight_beside_others_and_which_answers_are_counted(console: Console) -> None:
    answer = console.http.get("/openapi.json").json()["paths"]["/v1/status"]["get"]["responses"]["200"]
    (schema,) = [kind["schema"] for kind in answer["content"].values()]
    told = schema["properties"]["reviewers"]["additionalProperties"]["properties"]
    assert "1 for who agrees as often as the others, for a single reviewer" in told["agreement"]["description"]
    assert "had a predicted class when it was asked about" in told["answers"]["description"]


def test_it_is_told_which_texts_the_spent_share_is_of(console: Console) -> None:
    answer = console.http.get("/openapi.json").json()["paths"]["/v1/status"]["get"]["responses"]["200"]
    (schema,) = [kind["schema"] for kind in answer["content"].values()]
    assert "those that brought their label are none" in schema["properties"]["spent_fraction"]["description"]


def test_the_classes_are_the_known_ones_with_what_reviewers_are_told(world: World) -> None:
    described = {"description": "It is gone.", "examples": ["I lost it"]}
    classes = [{"name": "lost_card"} | described, "age_limit"]
    fields = {"name": "cards", "classes": classes, "closed": True, "instructions": "One class each."}
    task = TaskSettings.model_validate(fields)
    console = Console(world, task=task)
    told = {"name": "cards", "instructions": "One class each.", "closed": True, "described": {"lost_card": described}}
    assert console.http.get("/v1/classes").json() == told | {"classes": ["lost_card", "age_limit"]}
    assert documents.CLASSES["properties"].keys() == console.http.get("/v1/classes").json().keys()
    world.report(STATUS)
    console.follow()
    assert console.http.get("/v1/classes").json() == told | {"classes": STATUS["classes"]}
    console.close()


def test_it_is_ready_when_the_journal_has_been_read_and_nothing_else_is_missing(world: World) -> None:
    missing = ["encoder"]
    console = Console(world, not_ready=lambda: missing)
    assert console.http.get("/livez").status_code == 200
    detail = problem_of(console.http.get("/readyz"))["detail"]
    assert detail == "not ready yet: encoder, console"
    console.follow()
    assert console.http.get("/readyz").status_code == 503
    missing.clear()
    assert console.http.get("/readyz").status_code == 200
    console.close()


def test_the_metrics_are_those_of_the_registry(console: Console) -> None:
    Counter("sluice_things", "Things.", registry=console.registry).inc(3)
    response = console.http.get("/metrics")
    assert "sluice_things_total 3.0" in response.text
    assert response.headers["content-type"].startswith("text/plain")


def test_the_schema_names_every_call_and_the_bodies_of_posts(console: Console) -> None:
    schema = console.http.get("/openapi.json").json()
    assert schema["paths"].keys() == {
        "/v1/texts", "/v1/decisions/{id}", "/v1/requests", "/v1/labels", "/v1/answers", "/v1/status", "/v1/classes",
        "/livez", "/readyz", "/metrics",
    }  # fmt: skip
    content = schema["paths"]["/v1/texts"]["post"]["requestBody"]["content"]
    assert content["application/x-ndjson"]["schema"]["properties"]["text"]["maxLength"] == 10_000
    assert "application/problem+json" in schema["paths"]["/v1/texts"]["post"]["responses"]["422"]["content"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/page/nothing.js", 404),
        ("DELETE", "/v1/texts", 405),
        ("GET", "/docs", 404),
        ("POST", "/v1/texts/", 404),
        ("GET", "/v1/decisions", 404),
        ("GET", "/page", 404),
    ],
)
def test_the_frameworks_own_errors_are_problems_too(console: Console, method: str, path: str, status: int) -> None:
    response = console.http.request(method, path, follow_redirects=False)
    assert response.status_code == status
    problem_of(response)


def test_what_is_not_foreseen_is_a_problem_that_tells_no_secrets(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(console.view, "state", fail)
    response = console.http.get("/v1/status")
    assert response.status_code == 500
    assert "secret" not in str(problem_of(response))


def test_the_page_and_its_files_are_served_under_a_strict_policy(console: Console) -> None:
    for path, content in (("/", "text/html"), ("/page/app.js", "javascript"), ("/page/style.css", "text/css")):
        response = console.http.get(path)
        assert response.status_code == 200
        assert content in response.headers["content-type"]
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 202),
        ({"Host": "localhost:8080"}, 202),
        ({"Host": "[::1]:8080"}, 202),
        ({"Host": "127.0.0.2"}, 202),
        ({"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}, 202),
        ({"Host": "evil.example"}, 421),
        ({"Host": "10.0.0.1:8080"}, 421),
        ({"Host": "127.0.0.1.evil.example:8080"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_only_our_own_page_and_programs_may_call(console: Console, headers: dict[str, str], status: int) -> None:
    response = console.http.post("/v1/texts", json={"text": "a"}, headers=headers)
    assert response.status_code == status
    assert len(console.world.texts()) == (status == 202)
