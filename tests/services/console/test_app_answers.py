"""GET /v1/answers: which answers of a reviewer can be corrected."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from services.console.view import _ANSWERS, FILE
from services.edges import outcome_keys, topics
from services.edges.journal.base import Message
from services.edges.messages import FORGOTTEN
from stream.records import OutcomeKind
from tests.services.console.test_app_texts import problem_of
from tests.services.console.worlds import Console, World, outcome, request


def learn(console: Console, *text_ids: str, first: int = 0, **changes: Any) -> None:
    """Ask about each text, answer it at the next place of `labels`, and close its request."""
    for offset, text_id in enumerate(text_ids, first):
        console.world.ask(request(text_id))
        console.follow()
        console.world.tell(outcome(request(text_id).request_id, offset, **changes))
        console.world.close_request(request(text_id).request_id)
    console.follow()


def correct(console: Console, text_id: str, offset: int, label: str | None) -> None:
    """Tell that the answer about this text was corrected."""
    corrected = {"outcome": OutcomeKind.CORRECTED, "label": label}
    console.world.tell(outcome(request(text_id).request_id, offset, **corrected))
    console.follow()


def answers(console: Console, reviewer: str = "ada", limit: int = 9) -> Sequence[tuple[str, str | None]]:
    told = console.http.get("/v1/answers", params={"reviewer": reviewer, "limit": limit}).json()["answers"]
    return [(each["request"]["text_id"], each.get("label")) for each in told]


def test_an_answer_is_told_as_its_outcome_with_its_request(console: Console) -> None:
    learn(console, "a")
    (told,) = console.http.get("/v1/answers?reviewer=ada").json()["answers"]
    asked = told.pop("request")
    assert told == {
        "schema_version": 1, "request_id": request("a").request_id, "reviewer": "ada", "label": "card_arrival",
        "outcome": "learned", "model_version": 86, "labels_offset": 0,
    }  # fmt: skip
    assert (asked["request_id"], asked["text"]) == (request("a").request_id, "the text of a")


def test_the_last_ones_come_first_and_only_those_of_this_reviewer(console: Console) -> None:
    learn(console, "a", "b")
    learn(console, "c", first=2, reviewer="bob")
    learn(console, "d", first=3, outcome=OutcomeKind.SKIPPED, label=None)
    assert answers(console) == [("d", None), ("b", "card_arrival"), ("a", "card_arrival")]
    assert answers(console, limit=2) == [("d", None), ("b", "card_arrival")]
    assert answers(console, " bob\n") == [("c", "card_arrival")]
    assert answers(console, "ad") == []


def test_a_corrected_answer_stays_in_its_place_and_one_that_was_taken_back_is_final(console: Console) -> None:
    learn(console, "a", "b", "c")
    correct(console, "a", 3, "exchange_rate")
    correct(console, "b", 4, None)
    assert answers(console) == [("c", "card_arrival"), ("a", "exchange_rate")]
    correct(console, "a", 5, "refund")
    assert answers(console) == [("c", "card_arrival"), ("a", "refund")]


def test_an_answer_on_its_way_to_the_learner_is_told_before_its_outcome_is_known(console: Console) -> None:
    learn(console, "a")
    console.world.ask(request("b"), request("c"))
    console.follow()
    b, c = (request(text_id).request_id for text_id in "bc")
    console.http.post("/v1/labels", json={"request_id": "older", "label": "x", "reviewer": "ada"})
    console.http.post("/v1/labels", json={"request_id": b, "label": "refund", "reviewer": "ada"})
    console.http.post("/v1/labels", json={"request_id": c, "skip": True, "reviewer": "ada"})
    assert answers(console) == [("c", None), ("b", "refund"), ("a", "card_arrival")]
    assert answers(console, limit=1) == [("c", None)]
    assert answers(console, "bob") == []
    console.world.tell(outcome(b, 1, label="refund"))
    console.world.tell(outcome(c, 2, outcome=OutcomeKind.REJECTED))
    console.follow()
    assert answers(console) == [("b", "refund"), ("a", "card_arrival")]


@pytest.mark.parametrize("kind", [OutcomeKind.CLOSED, OutcomeKind.LATE, OutcomeKind.HELD, OutcomeKind.REPEATED])
def test_an_answer_that_was_not_taken_is_none(console: Console, kind: OutcomeKind) -> None:
    learn(console, "a", outcome=kind)
    assert answers(console) == []


def test_a_forgotten_text_comes_back_with_no_answer_of_any_kind(console: Console) -> None:
    learn(console, "a", "b", "c")
    correct(console, "b", 3, "exchange_rate")
    a, b = (request(text_id).request_id for text_id in "ab")
    keys = [outcome_keys.of_answer(a, "ada", 0), *(outcome_keys.of_answer(b, "ada", place) for place in (1, 3))]
    tombstones = [Message(topics.LABEL_OUTCOMES, None, key=key) for key in keys]
    tombstones.append(Message(topics.LABEL_REQUESTS, None, key=a.encode(), headers=FORGOTTEN))
    console.world.journal.append(tombstones)
    console.follow()
    assert answers(console) == [("c", "card_arrival")]
    correct(console, "b", 4, "refund")
    assert answers(console) == [("c", "card_arrival")]


def test_a_view_that_an_earlier_release_made_keeps_its_texts(world: World) -> None:
    with closing(Console(world)) as console:
        learn(console, "a")
    with closing(sqlite3.connect(world.directory / FILE)) as earlier:
        earlier.execute("DROP INDEX outcomes_answers")
    with closing(Console(world)) as console:
        assert answers(console) == [("a", "card_arrival")]


def test_they_are_found_without_looking_at_those_of_others(console: Console) -> None:
    plan = console.view._rows(f"EXPLAIN QUERY PLAN {_ANSWERS}", "ada", 9)
    assert [step for *_, step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step] == []
    assert "SEARCH outcomes USING INDEX outcomes_answers (<expr>=?)" in [step for *_, step in plan]


def test_a_reviewer_must_be_named(console: Console) -> None:
    response = console.http.get("/v1/answers?reviewer= ")
    assert (response.status_code, problem_of(response)["errors"][0]["parameter"]) == (422, "reviewer")
