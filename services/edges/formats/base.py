"""Messages <-> a file that people and other tools work with: the contract of a format."""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, TextIO, TypeVar

from services.edges.answered_texts import AnsweredText
from services.edges.dead_letters import Unreadable
from services.edges.messages import LabelMessage, RequestMessage

Exchanged = TypeVar("Exchanged", RequestMessage, LabelMessage, AnsweredText)
"""What can be exported and imported: requests and labels, these with their texts where they are exported."""


_SEPARATORS: Final = (",", ";", "\t")
_QUOTED: Final = re.compile('"[^"]*"')


class FormatError(ValueError):
    """A file cannot be imported; the message is one line that names the line of the file."""


class Format(ABC):
    """Writes messages to a text file, and reads them back as they were.

    Files are opened with ``encoding="utf-8", newline=""``.
    """

    passed_over = 0
    """How many requests without an answer were passed over, where labels were read."""

    @abstractmethod
    def write(self, kind: type[Exchanged], messages: Iterable[Exchanged], file: TextIO) -> int:
        """Write messages of this kind; says how many."""

    @abstractmethod
    def read(
        self, kind: type[Exchanged], file: TextIO, missing: Mapping[str, Any] | None = None
    ) -> Iterator[Exchanged]:
        """The messages in a file, read as they are asked for.

        ``missing`` gives values of fields that the file lacks, such as the reviewer. Raises FormatError.
        """


def lines(file: TextIO) -> Iterator[str]:
    """The lines of a file, without the byte order mark that spreadsheets put before the first."""
    for number, line in enumerate(file):
        yield line if number else line.removeprefix("\ufeff")


def rows_of_csv(content: Iterable[str]) -> csv.DictReader[str]:
    """The rows by the names in the first line, between commas or, as spreadsheets save them too, semicolons or tabs.

    What stands there most often, outside of quotes, separates them.

    >>> list(rows_of_csv(["request_id;label", "r1;a, or b"]))
    [{'request_id': 'r1', 'label': 'a, or b'}]
    """
    rest = iter(content)
    first = next(rest, "")
    separator = max(_SEPARATORS, key=_QUOTED.sub("", first).count)
    return csv.DictReader(chain([first], rest), delimiter=separator, strict=True)


def named_twice(names: Sequence[str]) -> str:
    """What to say where the first line of a CSV file names two columns alike; nothing where it does not.

    >>> named_twice(["label", "text", "label"])
    "'label' names more than one column: rename all but one"
    """
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    return f"{twice[0][:80]!r} names more than one column: rename all but one" if twice else ""


def no_column(wanted: str, names: Sequence[str]) -> str:
    """What to say where the first line of a CSV file names no such column."""
    return f"no column {wanted}; " + (f"there are {', '.join(names)}" if names else "the first line is empty")


def message_of(kind: type[Exchanged], line: int, fields: Mapping[str, Any]) -> Exchanged:
    """The message with these fields, which came from this line of a file. Raises FormatError."""
    try:
        return kind.read(fields)
    except Unreadable as error:
        raise FormatError(f"line {line}: {error.detail}") from None
