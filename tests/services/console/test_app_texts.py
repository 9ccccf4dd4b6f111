"""POST /v1/texts and GET /v1/decisions: accepted whole or not at all, waited for, looked up."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import quote

import anyio
import pytest

from services.console.admission import Limits
from services.edges import topics
from services.edges.journal.base import JournalError
from tests.services.console.worlds import Console, World, decision

LINES = "application/x-ndjson"


def problem_of(response: Any) -> dict[str, object]:
    """The problem that a response tells of."""
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    return problem


def test_one_text_is_durable_in_the_topic_when_it_is_accepted(console: Console) -> None:
    response = console.http.post("/v1/texts", json={"text": "Where is my card?", "id": "t1", "source": "mail"})
    assert (response.status_code, response.json()) == (202, {"accepted": 1, "ids": ["t1"]})
    (record,) = console.world.texts()
    assert json.loads(record.value or b"") == {
        "schema_version": 1, "text": "Where is my card?", "id": "t1", "source": "mail",
    }  # fmt: skip


def test_an_array_and_lines_are_accepted_in_order_and_origins_stand_for_missing_ids(console: Console) -> None:
    array = console.http.post("/v1/texts", json=[{"text": "a"}, {"text": "b", "id": "b"}])
    lines = console.http.post("/v1/texts", content='{"text": "c"}\n{"text": "d"}\n', headers={"Content-Type": LINES})
    origin = console.world.journal.identity(topics.TEXTS)
    assert array.json()["ids"] == [f"{origin}/0/0", "b"]
    assert lines.json()["ids"] == [f"{origin}/0/2", f"{origin}/0/3"]
    assert [json.loads(record.value or b"")["text"] for record in console.world.texts()] == ["a", "b", "c", "d"]


def test_an_empty_array_is_accepted_and_writes_nothing(console: Console) -> None:
    assert console.http.post("/v1/texts", json=[]).json() == {"accepted": 0, "ids": []}
    assert console.world.texts() == []


def test_nothing_is_accepted_where_one_row_is_bad_and_each_bad_row_is_named(console: Console) -> None:
    response = console.http.post("/v1/texts", json=[{"text": "good"}, {"text": ""}, {"id": "no text"}])
    errors = problem_of(response)["errors"]
    assert response.status_code == 422
    assert errors == [
        {"row": 1, "reason": "empty_text", "detail": "text: nothing but white space"},
        {"row": 2, "reason": "missing_text", "detail": "text: Field required"},
    ]
    assert console.world.texts() == []


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 50_000, b'{"text": NaN', b"hello"])
def test_what_is_not_json_is_a_problem_of_the_caller(console: Console, body: bytes) -> None:
    response = console.http.post("/v1/texts", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert "not JSON" in str(problem_of(response)["detail"])


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    console = Console(world, limits=Limits(body_bytes=1_000))
    response = console.http.post("/v1/texts", content=b'{"text": "' + b"a" * 2_000 + b'"}')
    assert response.status_code == 413
    assert "1000 bytes" in str(problem_of(response)["detail"])
    console.close()


def test_a_compressed_body_is_refused_as_that(console: Console) -> None:
    body = gzip.compress(b'{"text": "a"}')
    response = console.http.post("/v1/texts", content=body, headers={"Content-Encoding": "gzip"})
    assert (response.status_code, response.headers["accept-encoding"]) == (415, "identity")
    assert "'gzip': send it as it is" in str(problem_of(response)["detail"])


def test_a_body_without_a_length_is_read_no_further_than_the_limit(world: World) -> None:
    console = Console(world, limits=Limits(body_bytes=1_000))

    def endless() -> Iterator[bytes]:
        for _ in range(100_000):
            yield b" " * 100

    response = console.http.post("/v1/texts", content=endless())
    assert response.status_code == 413
    console.close()


def test_posts_beyond_the_open_ones_that_are_allowed_are_told_to_come_back(world: World) -> None:
    console = Console(world, limits=Limits(open_posts=0))
    response = console.http.post("/v1/texts", json={"text": "a"})
    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    assert "open already" in str(problem_of(response)["detail"])
    console.close()


def test_bodies_beyond_the_bytes_that_all_may_hold_are_told_to_come_back(world: World) -> None:
    console = Console(world, limits=Limits(open_bytes=10))
    assert console.http.post("/v1/texts", json={"text": "more than ten bytes"}).status_code == 429
    assert console.http.post("/v1/labels", content=b"[]").status_code == 202
    console.close()


def test_a_caller_who_goes_away_in_mid_body_is_no_error_of_ours(console: Console) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/v1/texts", "query_string": b"", "headers": headers}
    anyio.run(console.http.app, scope, receive, send)  # raises what the server would log

    assert sent[0]["status"] == 400
    assert not console.world.texts()


def test_a_body_that_does_not_come_holds_its_place_for_a_while_only(world: World) -> None:
    console = Console(world, limits=Limits(body_seconds=0.05, open_posts=1))
    sent: list[Any] = []

    async def receive() -> dict[str, str]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/v1/texts", "query_string": b"", "headers": headers}
    anyio.run(console.http.app, scope, receive, send)

    assert (sent[0]["status"], json.loads(sent[1]["body"])["title"]) == (408, "Request Timeout")
    assert (b"connection", b"close") in sent[0]["headers"]
    assert console.http.post("/v1/texts", json={"text": "a"}).status_code == 202
    console.close()


def test_a_waiting_call_gets_the_decisions_in_order_and_null_for_those_that_do_not_come(console: Console) -> None:
    def decide() -> None:
        console.world.journal.read({(topics.TEXTS, 0): 2}, 1, 30.0)
        console.world.decide([decision("b", utility=0.2), decision("a", utility=0.1)])
        console.follow()

    learner = Thread(target=decide)
    learner.start()
    rows = [{"text": "a", "id": "a"}, {"text": "b", "id": "b"}, {"text": "c", "id": "c"}]
    response = console.http.post("/v1/texts?wait=1", json=rows)
    learner.join()
    assert response.status_code == 200
    assert response.json()["ids"] == ["a", "b", "c"]
    found = response.json()["decisions"]
    assert [each and (each["id"], each["utility"]) for each in found] == [("a", 0.1), ("b", 0.2), None]


def test_a_repeated_id_gets_its_first_decision_at_once(console: Console) -> None:
    console.world.decide([decision("a")])
    console.follow()
    response = console.http.post("/v1/texts?wait=60", json={"text": "again", "id": "a"})
    assert response.json()["decisions"][0]["decided_at"] == "2023-11-14T22:13:20.000000Z"


@pytest.mark.parametrize("wait", ["soon", "-1", "61", "nan", "inf"])
def test_a_wrong_wait_is_named(console: Console, wait: str) -> None:
    response = console.http.post(f"/v1/texts?wait={wait}", json={"text": "a"})
    assert response.status_code == 422
    assert str(problem_of(response)["detail"]).startswith("wrong parameters: wait: ")
    assert console.world.texts() == []


def test_a_decision_is_told_with_the_names_of_the_topic(console: Console) -> None:
    console.world.decide([decision("a b/c?", threshold=float("inf"), label=None)])
    console.follow()
    assert console.http.get("/v1/decisions/a%20b%2Fc%3F").json() == {
        "id": "a b/c?", "origin": "cluster/topic/0/a b/c?", "class": None, "probability": 0.75, "utility": 0.25,
        "threshold": None, "verdict": "SKIP", "reason": "below_threshold", "query_probability": 0.005,
        "model_version": 3, "decided_at": "2023-11-14T22:13:20.000000Z",
    }  # fmt: skip


def test_ids_that_differ_in_line_breaks_are_told_apart(console: Console) -> None:
    texts = ["a", "a\n", "\n", "a\nb", "a\r\nb"]
    console.world.decide([decision(text_id) for text_id in texts])
    console.follow()
    told = [console.http.get(f"/v1/decisions/{quote(text_id)}").json()["id"] for text_id in texts]
    assert told == texts


def test_an_unknown_text_is_told_since_when_decisions_are_kept(console: Console) -> None:
    assert problem_of(console.http.get("/v1/decisions/none"))["retained_since"] is None
    console.world.decide([decision("a")])
    console.follow()
    unknown = console.http.get("/v1/decisions/none")
    assert (unknown.status_code, unknown.json()["retained_since"]) == (404, "2023-11-14T22:13:20.000000Z")


def test_a_journal_that_fails_is_a_503_that_says_nothing_was_accepted(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_messages: object) -> list[int]:
        raise JournalError("the disk is full")

    monkeypatch.setattr(console.world.journal, "append", fail)
    response = console.http.post("/v1/texts", json={"text": "a"})
    assert response.status_code == 503
    assert "nothing was accepted" in str(problem_of(response)["detail"])
