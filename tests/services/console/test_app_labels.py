"""GET /v1/requests and POST /v1/labels: who is asked what, and what becomes of the answers."""

from __future__ import annotations

import json
from threading import Thread

import pytest

from services.edges import topics
from stream.records import OutcomeKind, Reason, Verdict
from tests.services.console.test_app_texts import problem_of
from tests.services.console.worlds import DAY, NOW, Console, outcome, request


def ids(console: Console, reviewer: str, limit: int = 1) -> list[str]:
    response = console.http.get("/v1/requests", params={"reviewer": reviewer, "limit": limit})
    return [each["text_id"] for each in response.json()["requests"]]


def test_a_request_is_told_as_in_the_topic_with_its_lease(console: Console) -> None:
    console.world.ask(request("a"))
    console.follow()
    (told,) = console.http.get("/v1/requests?reviewer=ada").json()["requests"]
    assert told == {
        "schema_version": 1,
        "request_id": request("a").request_id,
        "text_id": "a",
        "origin": "cluster/topic/0/a",
        "text": "the text of a",
        "suggestions": [
            {"label": "card_arrival", "probability": 0.6},
            {"label": "exchange_rate", "probability": 0.3},
        ],
        "why": {
            "reason": "uncertain", "utility": 0.7, "threshold": 0.5, "strategy": "margin", "query_probability": 0.9,
        },
        "verdict": "ASK",
        "asked_at": "2023-11-14T22:13:20.000000Z",
        "expires_at": "2023-11-15T22:13:20.000000Z",
        "lease_expires": "2023-11-14T22:18:20.000000Z",
    }  # fmt: skip


def test_two_reviewers_get_different_requests_and_each_keeps_its_own(console: Console) -> None:
    console.world.ask(request("low", utility=0.1), request("high", utility=0.9), request("middle", utility=0.5))
    console.follow()
    assert ids(console, "ada") == ["high"]
    assert ids(console, "bob") == ["middle"]
    assert ids(console, "ada", 3) == ["high", "low"]
    assert ids(console, " bob\n") == ["middle"]


@pytest.mark.parametrize("reviewer", ["", " ", "\n"])
def test_who_cannot_answer_is_asked_nothing(console: Console, reviewer: str) -> None:
    response = console.http.get("/v1/requests", params={"reviewer": reviewer})
    assert (response.status_code, problem_of(response)["errors"][0]["parameter"]) == (422, "reviewer")


def test_it_tells_what_is_with_others_and_what_leaves_them_some(console: Console) -> None:
    def shares(reviewer: str, limit: int = 1) -> tuple[int, int]:
        told = console.http.get("/v1/requests", params={"reviewer": reviewer, "limit": limit}).json()
        return told["with_others"], told["fair_share"]

    console.world.ask(*(request(str(place)) for place in range(8)))
    console.follow()
    assert shares("ada") == (0, 4)
    assert shares("ada", 4) == (0, 4)
    assert shares("bob", 4) == (4, 2)
    assert shares("ann") == (8, 2)
    console.world.close_request(request("0").request_id)
    console.follow()
    answer = {"request_id": request("1").request_id, "label": "card_arrival", "reviewer": "ada"}
    console.http.post("/v1/labels", json=answer)
    assert shares("ann") == (6, 1)
    console.now = NOW + DAY
    assert shares("ann") == (0, 1)


def test_an_abandoned_request_is_asked_of_somebody_else_when_its_lease_has_run_out(console: Console) -> None:
    console.world.ask(request("a"))
    console.follow()
    assert ids(console, "ada") == ["a"]
    console.now = NOW + 299.0
    assert ids(console, "bob") == []
    console.now = NOW + 300.0
    assert ids(console, "bob") == ["a"]


def test_audits_come_in_their_turn_although_their_utility_is_low(console: Console) -> None:
    console.world.ask(*(request(f"ask {n}", utility=0.9 - n / 100) for n in range(8)))
    console.world.ask(request("audit", utility=0.01, verdict=Verdict.AUDIT, reason=Reason.AUDIT))
    console.follow()
    assert ids(console, "ada", 5) == ["ask 0", "ask 1", "ask 2", "audit", "ask 3"]


def test_expired_and_closed_requests_are_not_asked(console: Console) -> None:
    console.world.ask(request("expired", expires_at=NOW), request("closed"), request("open", utility=0.1))
    console.world.close_request(request("closed").request_id)
    console.follow()
    assert ids(console, "ada", 9) == ["open"]


def test_an_answered_request_is_not_asked_again_while_the_answer_is_on_its_way(console: Console) -> None:
    console.world.ask(request("a"))
    console.follow()
    answer = {"request_id": request("a").request_id, "label": "card_arrival", "reviewer": "ada"}
    assert ids(console, "ada") == ["a"]
    assert console.http.post("/v1/labels", json=answer).status_code == 202
    assert ids(console, "ada") == []
    assert ids(console, "bob") == []


@pytest.mark.parametrize(
    ("kind", "asked"), [(OutcomeKind.HELD, ["a"]), (OutcomeKind.REJECTED, ["a"]), (OutcomeKind.LEARNED, [])]
)
def test_a_request_whose_answer_was_not_taken_is_asked_again(
    console: Console, kind: OutcomeKind, asked: list[str]
) -> None:
    console.world.ask(request("a"))
    console.follow()
    answer = {"request_id": request("a").request_id, "label": "card_arrival", "reviewer": "ada"}
    console.http.post("/v1/labels", json=answer)
    console.world.tell(outcome(request("a").request_id, 0, outcome=kind))
    console.follow()
    assert ids(console, "bob") == asked


@pytest.mark.parametrize("kind", [OutcomeKind.HELD, OutcomeKind.REJECTED])
def test_a_request_whose_answer_was_not_taken_is_asked_of_others_first(console: Console, kind: OutcomeKind) -> None:
    console.world.ask(request("a", utility=0.9), request("b", utility=0.5), request("c", utility=0.1))
    console.follow()
    for offset, text_id in enumerate("abc"):
        assert ids(console, "ada") == [text_id]
        request_id = request(text_id).request_id
        console.http.post("/v1/labels", json={"request_id": request_id, "label": "card", "reviewer": "ada"})
        console.world.tell(outcome(request_id, offset, outcome=kind))
        console.follow()
    assert ids(console, "ada") == []
    assert ids(console, "bob", 9) == ["a", "b", "c"]
    console.now = NOW + 300.0
    assert ids(console, "ada", 9) == ["a", "b", "c"]


def test_an_answer_is_durable_in_the_topic_with_the_time_it_was_given(console: Console) -> None:
    given = {"request_id": "r", "label": "card_arrival", "reviewer": "ada", "corrects": True}
    timed = {"request_id": "s", "skip": True, "reviewer": "ada", "answered_at": "2023-11-14T23:13:20+01:00"}
    response = console.http.post("/v1/labels", json=[given, timed])
    assert (response.status_code, response.json()) == (202, {"accepted": 2})
    labels = [json.loads(record.value or b"") for record in console.world.labels()]
    assert [record.key for record in console.world.labels()] == [b"r", b"s"]
    assert [(label.get("label"), label["corrects"], label["skip"]) for label in labels] == [
        ("card_arrival", True, False),
        (None, False, True),
    ]
    assert [label["answered_at"] for label in labels] == ["2023-11-14T22:13:20.000000Z"] * 2


def test_a_waiting_call_is_told_what_became_of_each_answer(console: Console) -> None:
    def learn() -> None:
        console.world.journal.read({(topics.LABELS, 0): 1}, 1, 30.0)
        console.world.tell(outcome("r", 1, outcome=OutcomeKind.UNKNOWN))
        console.follow()

    learner = Thread(target=learn)
    learner.start()
    answers = [
        {"request_id": "q", "label": "x", "reviewer": "ada"},
        {"request_id": "r", "label": "x", "reviewer": "ada"},
    ]
    response = console.http.post("/v1/labels?wait=1", json=answers)
    learner.join()
    assert response.status_code == 200
    assert [each and each["outcome"] for each in response.json()["outcomes"]] == [None, "unknown"]


def test_bad_answers_are_named_and_nothing_is_accepted(console: Console) -> None:
    answers = [
        {"request_id": "r", "label": "x", "reviewer": "ada"},
        {"request_id": "r", "reviewer": "ada"},
        {"request_id": "r", "label": "x" * 1_000_000, "reviewer": "ada"},
        {"request_id": "r", "label": "x", "skip": True, "reviewer": "ada"},
        7,
        {"request_id": "r", "label": "x", "reviewer": "ada", "answered_at": "0001-01-01T00:00:00+01:00"},
    ]
    response = console.http.post("/v1/labels", json=answers)
    errors = problem_of(response)["errors"]
    assert isinstance(errors, list)
    assert [(row["row"], row["reason"]) for row in errors] == [
        (1, "missing_field"), (2, "too_large"), (3, "wrong_value"), (4, "wrong_type"),
        (5, "wrong_time"),
    ]  # fmt: skip
    assert console.world.labels() == []


def test_a_reviewer_must_be_named_and_a_limit_be_reasonable(console: Console) -> None:
    assert "reviewer" in str(problem_of(console.http.get("/v1/requests"))["detail"])
    response = console.http.get("/v1/requests?reviewer=ada&limit=0")
    assert (response.status_code, problem_of(response)["errors"]) == (
        422,
        [{"parameter": "limit", "detail": "Input should be greater than or equal to 1"}],
    )


def test_the_outcome_of_an_answer_in_an_earlier_topic_is_not_told_of_the_one_at_its_place(console: Console) -> None:
    for offset in range(3):
        console.world.tell(outcome("asked long ago", offset))
    console.follow()
    answer = {"request_id": "asked today", "label": "card_arrival", "reviewer": "ada"}
    response = console.http.post("/v1/labels?wait=0.01", json=answer)
    assert (response.status_code, response.json()) == (200, {"outcomes": [None]})


def test_it_is_told_that_audits_come_between_the_most_useful_requests(console: Console) -> None:
    told = console.http.get("/openapi.json").json()["paths"]["/v1/requests"]["get"]["description"]
    assert "Every fourth one is an audit" in told
