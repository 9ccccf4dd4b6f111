"""Bodies of posts: how they are cut into rows, and what is said of bad ones."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from services.console.problems import Problem
from services.console.rows import messages, split
from services.edges.messages import TextMessage


def test_an_array_is_cut_into_its_elements_as_they_stand_in_it() -> None:
    rows = [b'{"text": "a,]"}', b"[1, 2]", b'"b]"', b"1e3"]
    assert split(b' [ {"text": "a,]"} ,\n[1, 2], "b]", 1e3 ] ', "", 10) == rows
    assert split(b"[]", "", 10) == split(b" [ ] ", "", 10) == []


def test_lines_are_rows_by_their_type_or_by_their_look() -> None:
    lines = b'{"text": "a"}\r\n\n{"text": "b"}\n'
    assert split(lines, "", 10) == split(lines, "application/x-ndjson", 10) == [b'{"text": "a"}', b'{"text": "b"}']


@pytest.mark.parametrize("body", [b'{"text": "a"}\n{"text": "b"}', b'[{"text": "a"}, {"text": "b"}]', b'{"text": "a"}'])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_a_byte_order_mark_is_no_part_of_the_first_row(body: bytes, content_type: str) -> None:
    assert split(b"\xef\xbb\xbf" + body, content_type, 10) == split(body, content_type, 10)


def test_an_object_over_several_lines_is_one_row() -> None:
    body = b'{\n"text":\n"a"}'
    assert split(body, "", 10) == [body]


def test_a_broken_line_is_named_among_the_good_ones() -> None:
    with pytest.raises(Problem) as problem:
        messages(b'{"text": "a"}\n{"text": \n{"text": ""}\n', "", 10, TextMessage.parse)
    assert problem.value.status == 422
    assert [(row["row"], row["reason"]) for row in problem.value.fields["errors"]] == [
        (1, "not_json"),
        (2, "empty_text"),
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"),
        (b'[{"text": "a"}', "not JSON"),
        (b'{"text": "\xff"}', "byte 10 is not UTF-8"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "recursion"),
        (b'[{"text": "a"}] []', "not JSON"),
        (b'[{"text": "a"},]', "not JSON"),
        (b'5, [{"text": "a"}]', "not JSON"),
        (b'{"text": "\\ud800"}', "half a surrogate pair"),
    ],
    ids=["empty", "unclosed", "not UTF-8", "10,000 deep", "two arrays", "a comma too many", "no array", "surrogate"],
)
def test_a_body_that_is_not_json_is_one_problem(body: bytes, told: str) -> None:
    with pytest.raises(Problem, match=told) as problem:
        messages(body, "application/json", 10, TextMessage.parse)
    assert problem.value.status == 400


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"5", "wrong_type"),
        (b'{"text": 5}', "wrong_type"),
        (b"{}", "missing_text"),
        (b'{"text": " "}', "empty_text"),
        (b'{"text": "a", "text": "b"}', "repeated_field"),
        (b'{"text": "a", "weight": NaN}', "not_finite"),
        (json.dumps({"text": "a" * 10_001}).encode(), "too_long"),
        (b'{"text": "\\ud800"}', "not_json"),
        (b'{"text": "a \\" ], \xff"}', "not_utf8"),
        (b'{"text": "a", "more": ' + b"[" * 300 + b"]" * 300 + b"}", "too_deep"),
        (b'{"text": "a", "more": 1' + b"0" * 5_000 + b"}", "not_json"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(row: bytes, reason: str) -> None:
    with pytest.raises(Problem) as problem:
        messages(b'[{"text": "good"},' + row + b"]", "application/json", 10, TextMessage.parse)
    assert problem.value.status == 422
    assert [(each["row"], each["reason"]) for each in problem.value.fields["errors"]] == [(1, reason)]


def test_more_rows_than_allowed_are_too_large() -> None:
    with pytest.raises(Problem) as problem:
        messages(b'[{"text": "a"},{"text": "b"},{"text": "c"}]', "", 2, TextMessage.parse)
    assert problem.value.status == 413


LARGE = 90_000


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"[" + b"[]," * LARGE + b"[]]", 413, "10 rows, this one has more"),
        (b"{}\n" * LARGE, 413, "10 rows, this one has more"),
        (b"[[" + b"[]," * LARGE + b"[]]]", 422, "row 0 .* are the most"),
        (b'{"a": [' + b"[]," * LARGE + b"[]]}", 422, "row 0 .* are the most"),
        (b'[{"a": "' + b"a" * 3 * LARGE + b'"},5,]', 400, "nothing between two commas"),
        (b"[" * 3 * LARGE, 400, "an array has no end"),
        (b'"' + b"a" * 3 * LARGE, 400, "not JSON"),
    ],
    ids=["rows", "lines", "one row", "one object", "a comma too many", "no end", "no object"],
)
def test_a_large_body_is_refused_without_making_values_of_it(body: bytes, status: int, told: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Problem, match=told) as problem:
            messages(body, "", 10, TextMessage.parse)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(body)
    finally:
        tracemalloc.stop()
    assert problem.value.status == status
