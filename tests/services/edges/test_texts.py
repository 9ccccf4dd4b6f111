"""Texts as producers write them: JSON, CloudEvents, or nothing but the text."""

from __future__ import annotations

import base64
import json

import pytest

from services.edges import texts
from services.edges.dead_letters import Fault, Unreadable
from services.edges.journal.base import Headers, Record
from services.edges.messages import TextMessage


def _record(value: bytes | None, headers: Headers = ()) -> Record:
    return Record("texts", 0, 0, None, value, headers, 0.0)


def _parse(value: object) -> TextMessage:
    return texts.parse(_record(value if isinstance(value, bytes) else json.dumps(value).encode()))


def test_a_json_object_gives_all_its_fields() -> None:
    written = {"text": "hi", "id": "1", "label": "greeting", "source": "chat", "time": "2025-01-31T12:00:00Z", "x": 1}
    message = _parse(written)
    assert (message.text, message.id, message.label, message.source) == ("hi", "1", "greeting", "chat")
    assert message.time == 1_738_324_800.0


@pytest.mark.parametrize("text", ["grüße", '"quoted"', "12", "null", " a { b", "x" * 10_000])
def test_utf8_that_does_not_begin_as_json_is_the_text_itself(text: str) -> None:
    assert _parse(text.encode()) == TextMessage(text=text)


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert _parse(b'\xef\xbb\xbf{"text": "hi"}') == _parse(b"\xef\xbb\xbfhi") == TextMessage(text="hi")


def test_white_space_around_a_text_is_kept() -> None:
    assert _parse({"text": " hi\n"}).text == " hi\n"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, Fault.MISSING_TEXT),
        (b"", Fault.MISSING_TEXT),
        (b"{}", Fault.MISSING_TEXT),
        (b"{not json", Fault.NOT_JSON),
        (b" [1, 2", Fault.NOT_JSON),
        (b'["text"]', Fault.WRONG_TYPE),
        (b"\xff\xfe", Fault.NOT_UTF8),
        (b'{"text": "\xff"}', Fault.NOT_UTF8),
        (b" \t\n", Fault.EMPTY_TEXT),
        (b'{"text": ""}', Fault.EMPTY_TEXT),
        (b'{"text": "\\u00a0 \\n"}', Fault.EMPTY_TEXT),
        (b'{"text": null}', Fault.WRONG_TYPE),
        (b'{"text": 5}', Fault.WRONG_TYPE),
        (b'{"text": "a", "id": 5}', Fault.WRONG_TYPE),
        (b'{"text": "a", "id": ""}', Fault.EMPTY_FIELD),
        (b'{"text": "a", "label": "  "}', Fault.EMPTY_FIELD),
        (b'{"text": "a", "text": "b"}', Fault.REPEATED_FIELD),
        (b'{"text": "a", "time": NaN}', Fault.NOT_FINITE),
        (b'{"text": "a", "time": "soon"}', Fault.WRONG_TIME),
        (b'{"text": "a", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", Fault.TOO_DEEP),
        (b'{"text": "' + b"x" * 10_001 + b'"}', Fault.TOO_LONG),
        (b"x" * 10_001, Fault.TOO_LONG),
        (b'{"text": "' + b"x" * 1_000_000 + b'"}', Fault.TOO_LARGE),
    ],
)
def test_what_holds_no_text_is_refused_with_its_reason(value: bytes | None, fault: Fault) -> None:
    with pytest.raises(Unreadable) as refused:
        texts.parse(_record(value))
    assert refused.value.reason is fault


EVENT = {"specversion": "1.0", "type": "t", "id": "e1", "source": "/chat", "time": "2025-01-31T12:00:00Z"}
EXPECTED = TextMessage(text="hi", id="/chat e1", source="/chat", time=1_738_324_800.0)


@pytest.mark.parametrize(
    "content",
    [
        {"data": {"text": "hi"}},
        {"data": {"text": "hi", "id": None}},
        {"data": "hi"},
        {"data_base64": base64.b64encode(b"hi").decode()},
        {"data_base64": base64.b64encode(b'{"text": "hi"}').decode()},
    ],
)
def test_a_structured_cloud_event_gives_its_data_and_its_attributes(content: dict[str, object]) -> None:
    assert _parse(EVENT | content) == EXPECTED


@pytest.mark.parametrize("value", [b"hi", b'{"text": "hi"}'])
def test_a_binary_cloud_event_has_its_attributes_in_headers(value: bytes) -> None:
    headers = tuple((f"ce_{name}", content.encode()) for name, content in EVENT.items())
    assert texts.parse(_record(value, headers)) == EXPECTED


def test_what_the_data_says_itself_counts_before_the_attributes() -> None:
    assert _parse(EVENT | {"data": {"text": "hi", "id": "mine"}}).id == "mine"


def test_an_event_is_named_by_its_own_source_whatever_source_its_data_has() -> None:
    message = _parse(EVENT | {"data": {"text": "hi", "source": "forum"}})
    assert (message.id, message.source) == ("/chat e1", "forum")


def test_events_of_two_sources_under_the_same_id_are_two_texts() -> None:
    headers = [(("ce_id", b"7"), ("ce_source", source)) for source in (b"/chat", b"/mail")]
    assert [texts.parse(_record(b"hi", each)).id for each in headers] == ["/chat 7", "/mail 7"]
    assert [_parse(EVENT | {"data": "hi", "source": each}).id for each in ("/chat", "/mail")] == [
        "/chat e1",
        "/mail e1",
    ]


def test_an_event_without_a_source_is_named_by_its_id() -> None:
    assert texts.parse(_record(b"hi", (("ce_id", b"7"),))) == TextMessage(text="hi", id="7")


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        ({"id": 5}, Fault.WRONG_TYPE),
        ({"id": ""}, Fault.EMPTY_FIELD),
        ({"source": 5}, Fault.WRONG_TYPE),
        ({"source": ""}, Fault.EMPTY_FIELD),
        ({"id": "x" * 250, "source": "y" * 250}, Fault.TOO_LONG),
    ],
)
def test_an_event_with_a_wrong_or_too_long_name_is_refused(attributes: dict[str, object], fault: Fault) -> None:
    with pytest.raises(Unreadable) as refused:
        _parse(EVENT | {"data": "hi"} | attributes)
    assert refused.value.reason is fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({}, Fault.MISSING_TEXT),
        ({"data": None}, Fault.MISSING_TEXT),
        ({"data": [1]}, Fault.WRONG_TYPE),
        ({"data_base64": "é"}, Fault.WRONG_VALUE),
        ({"data_base64": 5}, Fault.WRONG_TYPE),
        ({"data_base64": base64.b64encode(b"\xff").decode()}, Fault.NOT_UTF8),
    ],
)
def test_a_cloud_event_without_a_text_is_refused(content: dict[str, object], fault: Fault) -> None:
    with pytest.raises(Unreadable) as refused:
        _parse(EVENT | content)
    assert refused.value.reason is fault


def test_an_ordinary_text_may_speak_of_a_specversion() -> None:
    assert _parse({"text": "hi", "specversion": "1.0"}) == TextMessage(text="hi")
