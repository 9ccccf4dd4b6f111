"""Messages of every topic, from bytes and to bytes, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.edges.dead_letters import Fault, Unreadable
from services.edges.messages import LabelMessage, OutcomeMessage, RequestMessage, TextMessage, request_record
from stream.records import Label, Outcome, OutcomeKind, Reason, Request, Verdict

NOON = 1_738_324_800.0
REQUEST = Request(
    request_id="ab" * 16,
    origin="c/t/0/7",
    text_id="ticket-7",
    text="where is my card?",
    suggestions=(("card_arrival", 0.75), ("lost_card", 0.125)),
    verdict=Verdict.ASK,
    reason=Reason.UNCERTAIN,
    utility=0.5,
    threshold=0.25,
    strategy="margin",
    query_probability=0.0625,
    asked_at=NOON,
    expires_at=NOON + 3_600,
)
ANSWER = {"request_id": "ab" * 16, "label": "lost_card", "reviewer": "ann", "answered_at": "2025-01-31T12:00:00Z"}


def _label(**changes: Any) -> bytes:
    fields = {name: value for name, value in (ANSWER | changes).items() if value is not ...}
    return json.dumps(fields).encode()


def _reason(value: bytes) -> Fault:
    with pytest.raises(Unreadable) as refused:
        LabelMessage.parse(value)
    return refused.value.reason


def test_a_request_is_published_with_the_fields_that_users_rely_on() -> None:
    message = request_record(REQUEST)
    assert (message.topic, message.key) == ("label-requests", b"ab" * 16)
    assert json.loads(message.value or b"") == {
        "schema_version": 1,
        "request_id": "ab" * 16,
        "text_id": "ticket-7",
        "origin": "c/t/0/7",
        "text": "where is my card?",
        "suggestions": [
            {"label": "card_arrival", "probability": 0.75},
            {"label": "lost_card", "probability": 0.125},
        ],
        "why": {
            "reason": "uncertain",
            "utility": 0.5,
            "threshold": 0.25,
            "strategy": "margin",
            "query_probability": 0.0625,
        },
        "verdict": "ASK",
        "asked_at": "2025-01-31T12:00:00.000000Z",
        "expires_at": "2025-01-31T13:00:00.000000Z",
    }


def test_a_published_request_is_read_back_as_it_was() -> None:
    value = request_record(REQUEST).value or b""
    message = RequestMessage.parse(value)
    assert message.encode() == value
    assert message.expires_at == NOON + 3_600


def test_an_answer_reaches_the_core_with_its_offset() -> None:
    message = LabelMessage.parse(_label(corrects=True))
    assert message.answer(12) == Label("ab" * 16, "lost_card", "ann", 12, corrects=True)
    assert message.answered_at == NOON


def test_white_space_around_a_class_makes_no_other_class() -> None:
    assert LabelMessage.parse(_label(label=" lost card\n")).label == "lost card"
    assert TextMessage.parse(b'{"text": " a ", "id": " 1", "label": "\\u00a0lost card "}') == TextMessage(
        text=" a ", id=" 1", label="lost card"
    )


def test_white_space_around_a_reviewer_makes_no_other_reviewer() -> None:
    assert LabelMessage.parse(_label(reviewer=" ann\n")).reviewer == "ann"


def test_a_class_that_was_learned_with_white_space_is_told_as_it_is_called() -> None:
    message = request_record(REQUEST._replace(suggestions=((" lost card", 0.75),)))
    told = Outcome("r", "ann", " lost card", OutcomeKind.LEARNED, 1, 2)
    assert RequestMessage.parse(message.value or b"").suggestions[0].label == " lost card"
    assert OutcomeMessage.of(told).label == " lost card"


def test_a_reviewer_may_skip() -> None:
    assert LabelMessage.parse(_label(label=..., skip=True)).answer(0).label is None


def test_the_time_of_an_answer_may_be_left_out() -> None:
    assert LabelMessage.parse(_label(answered_at=...)).answered_at is None


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert LabelMessage.parse(_label(mood="good")) == LabelMessage.parse(_label())


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"request_id": ...}, Fault.MISSING_FIELD),
        ({"reviewer": ...}, Fault.MISSING_FIELD),
        ({"label": ...}, Fault.MISSING_FIELD),
        ({"label": None}, Fault.MISSING_FIELD),
        ({"label": ""}, Fault.EMPTY_FIELD),
        ({"label": " \n"}, Fault.EMPTY_FIELD),
        ({"label": "x" * 201}, Fault.TOO_LONG),
        ({"reviewer": "x" * 201}, Fault.TOO_LONG),
        ({"request_id": "x" * 501}, Fault.TOO_LONG),
        ({"label": 3}, Fault.WRONG_TYPE),
        ({"label": ["lost_card"]}, Fault.WRONG_TYPE),
        ({"corrects": "yes"}, Fault.WRONG_TYPE),
        ({"skip": True}, Fault.WRONG_VALUE),
        ({"answered_at": "noon"}, Fault.WRONG_TIME),
        ({"answered_at": "2025-01-31T12:00:00"}, Fault.WRONG_TIME),
        ({"answered_at": 1_738_324_800.0}, Fault.WRONG_TYPE),
        ({"answered_at": 1e999}, Fault.NOT_FINITE),
        ({"schema_version": 2}, Fault.UNKNOWN_VERSION),
    ],
)
def test_an_answer_that_is_wrong_is_refused_with_its_reason(changes: dict[str, Any], fault: Fault) -> None:
    assert _reason(_label(**changes)) is fault


def test_a_label_message_of_a_megabyte_is_not_even_parsed() -> None:
    assert _reason(_label(label="x" * 1_000_000)) is Fault.TOO_LARGE


def test_nesting_ten_thousand_deep_is_refused() -> None:
    assert _reason(b'{"label": ' + b"[" * 10_000 + b"]" * 10_000 + b"}") is Fault.TOO_DEEP


def test_a_refusal_names_the_field_but_not_its_value() -> None:
    with pytest.raises(Unreadable) as refused:
        TextMessage.read({"text": "secret" * 2_000})
    assert refused.value.detail.startswith("text: ")
    assert "secret" not in refused.value.detail


def test_fields_from_another_parser_cannot_smuggle_in_half_a_character() -> None:
    with pytest.raises(Unreadable) as refused:
        TextMessage.read({"text": "\ud800"})
    assert refused.value.reason is Fault.NOT_UTF8


def test_an_outcome_is_kept_under_request_reviewer_and_offset() -> None:
    outcome = Outcome("r1", "ann", None, OutcomeKind.SKIPPED, model_version=3, offset=9)
    message = OutcomeMessage.of(outcome)
    assert message.record().key == b"r1/ann/9"
    assert message.record().topic == "label-outcomes"
    assert OutcomeMessage.parse(message.encode()) == message


def test_a_text_keeps_the_users_name_as_its_key() -> None:
    message = TextMessage.read({"text": "hello", "id": "t1", "time": "2025-01-31T12:00:00Z"})
    assert (message.record().topic, message.record().key) == ("texts", b"t1")
    assert TextMessage.parse(message.encode()) == message
