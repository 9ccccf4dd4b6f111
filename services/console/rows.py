"""A posted body -> its messages: one object, an array of them, or one a line (NDJSON)."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from typing import TypeVar

from pydantic_core import from_json

from services.console.problems import Problem
from services.edges.dead_letters import Unreadable
from services.edges.json_object import MAX_BYTES, not_json

Message = TypeVar("Message")

_LINES = re.compile(r"ndjson|jsonl|json-lines|jsonlines")
_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{},]', re.DOTALL)
"""Strings, and what may end an element."""


def messages(body: bytes, content_type: str, limit: int, parse: Callable[[bytes], Message]) -> list[Message]:
    """Every row of the body, parsed.

    Raises Problem: 400 where the body as a whole is not JSON, 413 where it has more than ``limit`` rows, 422 where
    rows are wrong, naming each with its place from 0 on.
    """
    rows = split(body, content_type, limit)
    if len(rows) > limit:
        raise Problem(413, f"a body may have {limit} rows, this one has more: send several smaller ones")
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


def split(body: bytes, content_type: str, limit: int) -> list[bytes]:
    r"""The JSON of each row, not yet checked where there can be several; of too many one more than ``limit``.

    No value is made of what is larger than a message may be: 8 MB of empty lists take 350.

    >>> split(b'[{"text": "a"}, {"text": "b"}]', "application/json", 10)
    [b'{"text": "a"}', b'{"text": "b"}']
    >>> split(b'{"text": "a"}\n{"text": "b"}\n', "", 10)
    [b'{"text": "a"}', b'{"text": "b"}']
    """
    body = body.removeprefix(BOM_UTF8)  # spreadsheets and Windows put it before what they write
    lines = (row for line in BytesIO(body) if (row := line.strip()))
    if _LINES.search(content_type):
        return list(islice(lines, limit + 1))
    begin = body.lstrip()[:1]
    if begin == b"[":
        return _elements(body, limit)
    first = list(islice(lines, 2))
    if len(first) > 1 and _is_object(first[0]):
        return [*first, *islice(lines, limit - 1)]
    if begin != b"{" or len(body) <= MAX_BYTES:  # its reader refuses a larger one
        _check(body)
    return [body]


def _is_object(line: bytes) -> bool:
    try:
        return len(line) <= MAX_BYTES and isinstance(from_json(line), dict)
    except ValueError:
        return False


def _check(body: bytes) -> None:
    """Raises Problem where this is not JSON."""
    try:
        from_json(body)
    except ValueError as error:
        raise _not_json(not_json(body, str(error)).detail) from None


def _not_json(why: str) -> Problem:
    return Problem(400, f"the body is not JSON: {why}")


def _elements(body: bytes, limit: int) -> list[bytes]:
    """The elements of an array, as they stand in it; of too many one more than ``limit``.

    What is wrong within an element its reader says. Raises Problem where something else is.
    """
    pieces = list(islice(_pieces(body), limit + 1))
    if pieces == [(b"", b"]")]:
        return []
    elements = [element for element, _ in pieces]
    ended = len(elements) > limit or (pieces and pieces[-1][1] == b"]")
    if not ended or not all(elements):
        if len(body) <= MAX_BYTES:
            _check(body)
        raise _not_json("an array has no end, something behind its end, or nothing between two commas")
    return elements


def _pieces(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What stands before each comma and the end of an array, with that mark; without one what is left."""
    depth = start = 0
    for token in _TOKENS.finditer(body):
        mark, place = token.group(), token.start()
        if mark in b"[{":
            depth += 1
            start = place + 1 if depth == 1 else start
            continue
        if depth == 1 and mark in b"]},":
            yield body[start:place].strip(), mark
            start = place + 1
        depth -= mark in b"]}"
        if depth == 0:
            break
    if left := body[start:].strip():
        yield left, b""
