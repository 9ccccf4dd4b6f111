"""Bytes that are, are not, or only look like one JSON object."""

from __future__ import annotations

import pytest

from services.edges.dead_letters import Fault, Unreadable
from services.edges.json_object import MAX_BYTES, read_object


def _nested(levels: int) -> bytes:
    return b'{"deep":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (b"", Fault.NOT_JSON),
        (b"{", Fault.NOT_JSON),
        (b'{"a": 1,}', Fault.NOT_JSON),
        (b'{"a": "\x01"}', Fault.NOT_JSON),
        (b'{"a": "\\ud800"}', Fault.NOT_JSON),
        (b'{"a": ' + b"9" * 5_000 + b"}", Fault.NOT_JSON),
        ('{"a": 1}'.encode("utf-16"), Fault.NOT_UTF8),
        (b'{"a": "\xff"}', Fault.NOT_UTF8),
        (b'{"a": NaN}', Fault.NOT_FINITE),
        (b'{"a": [-Infinity]}', Fault.NOT_FINITE),
        (b'{"a": 1, "a": 2}', Fault.REPEATED_FIELD),
        (b'[{"a": 1}]', Fault.WRONG_TYPE),
        (b"null", Fault.WRONG_TYPE),
        (_nested(10_000), Fault.TOO_DEEP),
        (b'{"a": "' + b"x" * MAX_BYTES + b'"}', Fault.TOO_LARGE),
    ],
)
def test_what_is_not_one_clear_object_is_refused_with_its_reason(value: bytes, fault: Fault) -> None:
    with pytest.raises(Unreadable) as refused:
        read_object(value)
    assert refused.value.reason is fault


def test_an_object_is_read_whatever_its_order_and_spaces() -> None:
    assert read_object(b' {"b": [1, null], "a": "\xc3\xa9"} \n') == {"a": "é", "b": [1, None]}


def test_reasonable_depth_is_read() -> None:
    assert read_object(_nested(100))["deep"]


def test_a_refusal_is_one_line_without_the_value() -> None:
    with pytest.raises(Unreadable) as refused:
        read_object(b'{"text": "secret", \n nonsense}')
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["a \\ud83d", "a \\ud83d b", "\\ude00 a"])
def test_a_text_that_was_cut_within_a_character_is_told_as_such(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_object(f'{{"text": "{text}"}}'.encode())
    assert "half a surrogate pair is no character" in refused.value.detail
