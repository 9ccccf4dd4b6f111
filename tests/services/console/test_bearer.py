"""With tokens set, every call of the API needs one of them; the page, health and metrics need none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.console.test_app_texts import problem_of
from tests.services.console.worlds import Console, World

TOKENS = ("0123456789abcdef", "fedcba9876543210")
OPEN = ("/", "/page/app.js", "/livez", "/metrics", "/openapi.json")


@pytest.fixture
def closed(world: World) -> Iterator[Console]:
    console = Console(world, tokens=TOKENS)
    yield console
    console.close()


def test_each_call_of_the_api_is_refused_without_a_token(closed: Console) -> None:
    described = closed.http.get("/openapi.json").json()["paths"]
    calls = [(method, path) for path, methods in described.items() for method in methods if path not in OPEN]
    answers = {call: closed.http.request(*call) for call in calls if call[1] != "/readyz"}

    assert {call: answer.status_code for call, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert len(answers) == 7
    for answer in answers.values():
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "HTTP__TOKENS" in problem_of(answer)["detail"]
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_call_that_brings_any_of_them_is_taken(closed: Console, scheme: str, token: str) -> None:
    headers = {"Authorization": f"{scheme} {token}"}
    assert closed.http.post("/v1/texts", json={"text": "a"}, headers=headers).status_code == 202
    assert len(closed.world.texts()) == 1


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer", "Bearer ", f"Basic {TOKENS[0]}", TOKENS[0], f"Bearer {TOKENS[0]}0", f"Bearer {TOKENS[0][:-1]}",
        f"Bearer {TOKENS[0]} {TOKENS[1]}", f"Bearer {TOKENS[0].upper()}", "Bearer \xe9",
    ],
)  # fmt: skip
def test_anything_but_one_of_them_is_refused_and_nothing_is_written(closed: Console, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1")}
    answer = closed.http.post("/v1/texts", json={"text": "a"}, headers=headers)
    assert answer.status_code == 401
    assert TOKENS[0] not in answer.text
    assert closed.world.texts() == []


def test_a_call_without_a_token_is_refused_before_its_parameters_and_its_body_are_looked_at(closed: Console) -> None:
    assert closed.http.get("/v1/requests?limit=many").status_code == 401
    assert closed.http.post("/v1/texts", content=b"x" * (9 * 2**20)).status_code == 401


def test_the_page_health_and_metrics_need_no_token(closed: Console) -> None:
    closed.follow()
    assert {path: closed.http.get(path).status_code for path in (*OPEN, "/readyz")} == dict.fromkeys(
        (*OPEN, "/readyz"), 200
    )


def test_the_schema_tells_which_calls_need_a_token(closed: Console) -> None:
    schema = closed.http.get("/openapi.json").json()
    assert schema["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    secured = {
        path for path, methods in schema["paths"].items() if all("security" in each for each in methods.values())
    }
    assert secured == {path for path in schema["paths"] if path.startswith("/v1/")}
    assert "401" in schema["paths"]["/v1/status"]["get"]["responses"]


def test_without_tokens_none_is_asked_for(console: Console) -> None:
    assert console.http.get("/v1/status", headers={"Authorization": "Bearer anything"}).status_code == 200
    assert "securitySchemes" not in console.http.get("/openapi.json").json().get("components", {})
