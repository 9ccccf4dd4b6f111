"""Bytes -> the JSON object in them: bounded in size and depth, with one meaning only; values -> what JSON can tell."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

from pydantic_core import from_json

from services.edges.dead_letters import Fault, Unreadable

MAX_BYTES: Final = 256 * 1024
"""A larger message is not parsed. A text of 10,000 characters, each escaped as JSON, has some 120,000 bytes."""


def read_object(value: bytes) -> dict[str, Any]:
    """The JSON object in these bytes; Unreadable where there is none, or one that readers could understand differently.

    >>> read_object(b'{"label": "refund"}')
    {'label': 'refund'}
    """
    if len(value) > MAX_BYTES:
        raise Unreadable(Fault.TOO_LARGE, f"{len(value)} bytes; {MAX_BYTES} are the most")
    try:
        # Refuses half surrogates, and more than 200 levels: on any Python and however deep the caller's stack is.
        from_json(value)
        found = _DECODER.decode(value.decode())
    except ValueError as error:
        raise not_json(value, str(error)) from None
    if not isinstance(found, dict):
        raise Unreadable(Fault.WRONG_TYPE, f"a JSON object was expected, not {type(found).__name__}")
    return found


def finite(value: Any) -> Any:
    """The value with every number that is not finite replaced by None: JSON has no others.

    >>> finite({"estimate": math.nan, "answers": 0})
    {'estimate': None, 'answers': 0}
    """
    if isinstance(value, dict):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(Fault.REPEATED_FIELD, "a field is given twice")
    return found


def _not_finite(_name: str) -> NoReturn:
    raise Unreadable(Fault.NOT_FINITE, "a number is not finite")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_not_finite)


def not_json(value: bytes, why: str) -> Unreadable:
    """What is wrong with bytes that are not JSON, in words that those who sent them can act on."""
    try:
        value.decode()
    except UnicodeDecodeError as error:
        return Unreadable(Fault.NOT_UTF8, f"byte {error.start} is not UTF-8")
    if "hex escape" in why:
        # JavaScript cuts emoji in half: "a \u{1f600}".slice(0, 3).
        why = f"half a surrogate pair is no character ({why})"
    return Unreadable(Fault.TOO_DEEP if "recursion limit" in why else Fault.NOT_JSON, why)
