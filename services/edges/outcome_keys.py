"""What an outcome is about <-> its key in `label-outcomes`: an answer, or a command."""

from __future__ import annotations

_COMMAND = "command/"
"""No request of ours has this name: they are named by 32 hex digits."""


def of_answer(request_id: str, reviewer: str, offset: int) -> bytes:
    """Under which key the outcome of the answer at this offset of `labels` stands."""
    return f"{request_id}/{reviewer}/{offset}".encode()


def of_command(command_id: str) -> bytes:
    """Under which key the outcome of a command stands."""
    return f"{_COMMAND}{command_id}".encode()


def offset_at(key: bytes | None) -> int | None:
    """Where in `labels` the answer stands whose outcome has this key; None where a command's has, whatever its id.

    The request and the reviewer are told by the outcome itself: either may have a slash in it.

    >>> offset_at(b"5d41/ann/7")
    7
    >>> offset_at(b"command/ann/7")
    """
    told = (key or b"").decode(errors="replace")
    answer, _, place = told.rpartition("/")
    return int(place) if "/" in answer and place.isdecimal() and not told.startswith(_COMMAND) else None
