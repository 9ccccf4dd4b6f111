"""A posted body -> its messages: one object, an array of them, or one a line (NDJSON)."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic_core import from_json

from services.console.problems import Problem
from services.edges.dead_letters import Unreadable

Message = TypeVar("Message")

_LINES = re.compile(r"ndjson|jsonl|json-lines|jsonlines")
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[][{},]', re.DOTALL)
"""Strings, and what may end an element."""
_BETWEEN = re.compile(r"[\s,]*")


def messages(body: bytes, content_type: str, limit: int, parse: Callable[[bytes], Message]) -> list[Message]:
    """Every row of the body, parsed.

    Raises Problem: 400 where the body as a whole is not JSON, 413 where it has more than ``limit`` rows, 422 where
    rows are wrong, naming each with its place from 0 on.
    """
    rows = split(body, content_type)
    if len(rows) > limit:
        raise Problem(413, f"a body may have {limit} rows, this one has {len(rows)}: send several smaller ones")
    parsed: list[Message] = []
    errors: list[dict[str, object]] = []
    for place, row in enumerate(rows):
        try:
            parsed.append(parse(row))
        except Unreadable as error:
            errors.append({"row": place, "reason": error.reason, "detail": error.detail})
    if errors:
        told = f"{len(errors)} of {len(rows)} rows cannot be read, the first is row {errors[0]['row']}"
        raise Problem(422, f"{told} ({errors[0]['detail']}); nothing was accepted", errors=errors)
    return parsed


def split(body: bytes, content_type: str = "") -> Sequence[bytes]:
    r"""The JSON of each row, not yet checked where the rows are lines.

    >>> split(b'[{"text": "a"}, {"text": "b"}]')
    [b'{"text": "a"}', b'{"text": "b"}']
    >>> split(b'{"text": "a"}\n{"text": "b"}\n')
    [b'{"text": "a"}', b'{"text": "b"}']
    """
    body = body.removeprefix(BOM_UTF8)  # spreadsheets and Windows put it before what they write
    lines = [line for line in body.splitlines() if line.strip()]
    if _LINES.search(content_type):
        return lines
    try:
        found = from_json(body)
    except ValueError as error:
        if len(lines) > 1 and _is_object(lines[0]):
            return lines
        if elements := _torn(body):
            return elements  # one of them is wrong: its reader says which, and why
        raise Problem(400, f"the body is not JSON: {_told(body, error)}") from None
    return _elements(body.decode()) if isinstance(found, list) else [body]


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(from_json(line), dict)
    except ValueError:
        return False


def _told(body: bytes, error: ValueError) -> str:
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return f"byte {wrong.start} is not UTF-8"
    return str(error)


def _torn(body: bytes) -> Sequence[bytes]:
    """The elements of what is an array but for what stands in them; none where it is not."""
    depth, start, elements = 0, 0, list[bytes]()
    for token in _TOKENS.finditer(body):
        mark, place = token.group(), token.start()
        if mark in b"[{":
            depth += 1
            if depth == 1:
                start = place + 1
                if mark != b"[" or body[:place].strip():
                    return ()
        elif mark in b"]}" or (mark == b"," and depth == 1):
            if depth == 1:
                elements.append(body[start:place])
                start = place + 1
            depth -= mark != b","
            if depth == 0:
                whole = mark == b"]" and not body[place + 1 :].strip() and all(map(bytes.strip, elements))
                return elements if whole else ()
    return ()


def _elements(array: str) -> list[bytes]:
    """The elements of what is known to be a JSON array, as they stand in it."""
    decoder = json.JSONDecoder()
    elements: list[bytes] = []
    place = array.index("[") + 1
    while True:
        between = _BETWEEN.match(array, place)
        assert between is not None
        place = between.end()
        if array[place] == "]":
            return elements
        _, end = decoder.raw_decode(array, place)
        elements.append(array[place:end].encode())
        place = end
