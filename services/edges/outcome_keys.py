"""What an outcome is about <-> its key in `label-outcomes`: an answer, or a command."""

from __future__ import annotations

from typing import NamedTuple

_COMMAND = "command/"
"""No request has this name: they are named by 32 hex digits."""


class Answer(NamedTuple):
    """An answer: which request it is to, by whom, and where it stands in `labels`."""

    request_id: str
    reviewer: str
    offset: int


def of_answer(answer: Answer) -> bytes:
    """Under which key the outcome of an answer stands."""
    return f"{answer.request_id}/{answer.reviewer}/{answer.offset}".encode()


def of_command(command_id: str) -> bytes:
    """Under which key the outcome of a command stands."""
    return f"{_COMMAND}{command_id}".encode()


def answer_at(key: bytes | None) -> Answer | None:
    """The answer whose outcome stands under this key; None where that of a command does, whatever its id.

    >>> answer_at(b"5d41/ann/7")
    Answer(request_id='5d41', reviewer='ann', offset=7)
    >>> answer_at(b"command/ann/7")
    """
    told = (key or b"").decode(errors="replace")
    request_id, _, rest = told.partition("/")
    reviewer, _, place = rest.rpartition("/")
    if told.startswith(_COMMAND) or not reviewer or not place.isdecimal():
        return None
    return Answer(request_id, reviewer, int(place))
