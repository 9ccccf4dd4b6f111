"""Messages <-> JSON lines: each message as it stands in its topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from services.edges.dead_letters import Unreadable
from services.edges.formats.base import Exchanged, Format, FormatError, lines, message_of
from services.edges.json_object import read_object


class JsonLines(Format):
    """One JSON object a line."""

    def write(self, kind: type[Exchanged], messages: Iterable[Exchanged], file: TextIO) -> int:  # noqa: ARG002
        """As `Format.write`."""
        written = 0
        for message in messages:
            file.write(message.encode().decode() + "\n")
            written += 1
        return written

    def read(
        self, kind: type[Exchanged], file: TextIO, missing: Mapping[str, Any] | None = None
    ) -> Iterator[Exchanged]:
        """As `Format.read`; empty lines are passed over."""
        for line, content in enumerate(lines(file), 1):
            if content.strip():
                yield message_of(kind, line, {**(missing or {}), **_object(line, content)})


def _object(line: int, content: str) -> dict[str, Any]:
    try:
        return read_object(content.encode())
    except Unreadable as error:
        raise FormatError(f"line {line}: {error.detail}") from None
