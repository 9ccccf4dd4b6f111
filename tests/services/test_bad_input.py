"""Everything that can be wrong with a text or a label -> a reason, a count, and a service that goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.edges import topics
from services.edges.dead_letters import DeadLetter, read_dead_letters
from tests.services.visits import Visit, settings_for, visit

MEGABYTE = 1_000_000
DEEP = b"[" * 10_000 + b"]" * 10_000

TEXTS: Mapping[str, tuple[bytes | None, str]] = {
    "not UTF-8": (b"\xff\xfe lost card", "not_utf8"),
    "not UTF-8 inside JSON": (b'{"text": "\xff"}', "not_utf8"),
    "not JSON": (b'{"text": "lost', "not_json"),
    "a list": (b'["lost card"]', "wrong_type"),
    "text is a number": (b'{"text": 7}', "wrong_type"),
    "id is a list": (b'{"text": "lost card", "id": []}', "wrong_type"),
    "no text": (b'{"id": "t"}', "missing_text"),
    "nothing at all": (b"", "missing_text"),
    "a tombstone": (None, "missing_text"),
    "empty": (b'{"text": ""}', "empty_text"),
    "blank": (b'{"text": " \\n"}', "empty_text"),
    "over-long": (json.dumps({"text": "x" * 10_001}).encode(), "too_long"),
    "one megabyte": (json.dumps({"text": "x" * MEGABYTE}).encode(), "too_large"),
    "NaN": (b'{"text": "lost card", "time": NaN}', "not_finite"),
    "infinite": (b'{"text": "lost card", "x": {"y": -Infinity}}', "not_finite"),
    "10,000 deep": (b'{"text": ' + DEEP + b"}", "too_deep"),
    "half a surrogate": (b'{"text": "\\ud800"}', "not_json"),
    "a time of no calendar": (b'{"text": "lost card", "time": "soon"}', "wrong_time"),
    "a field twice": (b'{"text": "lost card", "text": "refund"}', "repeated_field"),
    "a later version": (b'{"text": "lost card", "schema_version": 9}', "unknown_version"),
}


def label(**fields: object) -> bytes:
    return json.dumps({"request_id": "r", "label": "refund", "reviewer": "ann", **fields}).encode()


LABELS: Mapping[str, tuple[bytes | None, str]] = {
    "not UTF-8": (b'{"request_id": "\xff"}', "not_utf8"),
    "not JSON": (b"refund", "not_json"),
    "a tombstone": (None, "not_json"),
    "a list": (b"[7]", "wrong_type"),
    "label is a number": (label(label=7), "wrong_type"),
    "skip is a string": (label(label=None, skip="yes"), "wrong_type"),
    "no request": (b'{"label": "refund", "reviewer": "ann"}', "missing_field"),
    "no reviewer": (b'{"request_id": "r", "label": "refund"}', "missing_field"),
    "neither label nor skip": (label(label=None), "missing_field"),
    "both label and skip": (label(skip=True), "wrong_value"),
    "blank": (label(label=" "), "empty_field"),
    "over-long": (label(label="x" * 201), "too_long"),
    "one megabyte": (label(label="x" * MEGABYTE), "too_large"),
    "NaN": (b'{"request_id": "r", "label": "refund", "reviewer": "ann", "confidence": NaN}', "not_finite"),
    "10,000 deep": (b'{"request_id": ' + DEEP + b"}", "too_deep"),
}


@dataclass
class Seen:
    """What a visitor saw of a service that was given all of it."""

    decided: list[dict[str, Any]] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[int, str, str]] = field(default_factory=dict)
    metrics: dict[tuple[str, ...], float] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)

    def letter(self, topic: str, value: bytes | None) -> DeadLetter:
        """The letter about this message."""
        (found,) = [
            letter
            for letter in self.letters
            if letter.topic == topic and letter.size == len(value or b"") and (value or b"").startswith(letter.value)
        ][:1]
        return found


def give_texts(guest: Visit, seen: Seen) -> None:
    """Good texts around all bad ones."""
    seen.decided += guest.decide({"id": "before", "text": "where is my card?"})
    guest.write(topics.TEXTS, *(value for value, _ in TEXTS.values()))
    seen.decided += guest.decide({"id": "behind", "text": "refund please"})


def give_labels(guest: Visit, seen: Seen) -> None:
    """Good labels around all bad ones, and those that come to nothing."""
    leased = guest.http.get("/v1/requests", params={"reviewer": "ann", "limit": 2}).json()["requests"]
    first, second = ({"request_id": each["request_id"], "label": "refund", "reviewer": "ann"} for each in leased)
    answers = {
        "first": first,
        "repeated": first,
        "other label": first | {"label": "card_lost"},
        "other reviewer": first | {"reviewer": "bob"},
        "of no request": first | {"request_id": "f" * 32},
        "of a class outside the task": second | {"label": "weather"},
    }
    seen.outcomes = dict(zip(answers, guest.answer(*answers.values()), strict=True))
    guest.write(topics.LABELS, *(value for value, _ in LABELS.values()))
    seen.outcomes |= {"behind": guest.answer(second)[0]}


def give_over_http(guest: Visit, seen: Seen) -> None:
    """Each bad message once more, to the API."""
    for path, messages in (("/v1/texts", TEXTS), ("/v1/labels", LABELS)):
        for name, (value, _) in messages.items():
            answer = guest.http.post(path, content=value or b"", headers={"Content-Type": "application/json"})
            kind = answer.headers["content-type"]
            seen.answers[path, name] = answer.status_code, kind, str(answer.json().get("detail"))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    directory = tmp_path_factory.mktemp("data")

    def visitor(guest: Visit) -> Seen:
        seen = Seen()
        give_texts(guest, seen)
        give_labels(guest, seen)
        give_over_http(guest, seen)
        seen.decided += guest.decide({"id": "last", "text": "is there a fee?"})
        seen.metrics, seen.letters = guest.metrics(), read_dead_letters(guest.journal)
        seen.status = guest.http.get("/v1/status").json()
        return seen

    return visit(settings_for(directory, task__classes=["card_lost", "refund"], task__closed=True), visitor)


def test_good_texts_between_bad_ones_are_decided(seen: Seen) -> None:
    assert [decision["id"] for decision in seen.decided] == ["before", "behind", "last"]
    assert seen.status["texts"] == 3


@pytest.mark.parametrize("name", TEXTS)
def test_a_bad_text_becomes_a_dead_letter_with_its_reason(seen: Seen, name: str) -> None:
    value, reason = TEXTS[name]

    assert seen.letter("texts", value).reason == reason


@pytest.mark.parametrize("name", LABELS)
def test_a_bad_label_becomes_a_dead_letter_with_its_reason(seen: Seen, name: str) -> None:
    value, reason = LABELS[name]

    assert seen.letter("labels", value).reason == reason


@pytest.mark.parametrize(("topic", "messages"), [("texts", TEXTS), ("labels", LABELS)])
def test_dead_letters_are_counted_by_their_reasons(
    seen: Seen, topic: str, messages: Mapping[str, tuple[bytes | None, str]]
) -> None:
    reasons = [reason for _, reason in messages.values()]

    assert len([letter for letter in seen.letters if letter.topic == topic]) == len(messages)
    for reason in reasons:
        labels = [key for key in seen.metrics if key[0] == "sluice_dead_letters_total" and {topic, reason} <= {*key}]
        assert [seen.metrics[key] for key in labels] == [reasons.count(reason)]


def test_labels_that_come_to_nothing_are_told_what_became_of_them(seen: Seen) -> None:
    assert seen.outcomes == {
        "first": "learned",
        "repeated": "repeated",
        "other label": "conflicting",
        "other reviewer": "closed",
        "of no request": "unknown",
        "of a class outside the task": "rejected",
        "behind": "learned",
    }
    for outcome, count in (("learned", 2), ("repeated", 1), ("closed", 1), ("unknown", 1), ("rejected", 1)):
        assert seen.metrics["sluice_labels_total", outcome] == count
    assert seen.status["labels"] == 2


@pytest.mark.parametrize("name", TEXTS)
def test_over_http_a_bad_text_is_refused_with_what_is_wrong(seen: Seen, name: str) -> None:
    _expect_problem(seen, "/v1/texts", name)


@pytest.mark.parametrize("name", LABELS)
def test_over_http_a_bad_label_is_refused_with_what_is_wrong(seen: Seen, name: str) -> None:
    _expect_problem(seen, "/v1/labels", name)


def _expect_problem(seen: Seen, path: str, name: str) -> None:
    status, kind, detail = seen.answers[path, name]
    assert status in (400, 413, 422)
    assert kind == "application/problem+json"
    assert detail != "None"
