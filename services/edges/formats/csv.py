"""Messages <-> CSV: a column a field, for spreadsheets.

A file of requests whose columns ``label`` and ``reviewer`` somebody filled in is a file of labels. A spreadsheet takes
a text that begins like a formula for one and shows what it comes to, or calls what it names; so an apostrophe stands
before such texts of requests (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from services.edges.answered_texts import AnsweredText
from services.edges.formats.base import (
    Exchanged,
    Format,
    FormatError,
    lines,
    message_of,
    named_twice,
    no_column,
    rows_of_csv,
)
from services.edges.messages import LabelMessage, RequestMessage

_OF_LABELS = ("request_id", "label", "skip", "reviewer", "answered_at", "corrects")
_COLUMNS: Mapping[type, tuple[str, ...]] = {
    RequestMessage: (
        "request_id",
        "text",
        "suggestions",
        "label",
        "reviewer",
        "text_id",
        "origin",
        "verdict",
        "why",
        "asked_at",
        "expires_at",
    ),
    LabelMessage: _OF_LABELS,
    AnsweredText: (*_OF_LABELS, "outcome", "text_id", "text"),
}
_WORDS = {"true": True, "false": False}
_JSON = frozenset({"suggestions", "why"})
_FLAGS = frozenset({"skip", "corrects"})
_FROM_OUTSIDE = frozenset({"text", "text_id"})
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class Csv(Format):
    """A header, then a row a message; lists and objects stand as JSON in their cell, flags as true or false."""

    def write(self, kind: type[Exchanged], messages: Iterable[Exchanged], file: TextIO) -> int:
        """As `Format.write`; of a request also its empty columns ``label`` and ``reviewer``, to be filled in."""
        writer = csv.DictWriter(file, _COLUMNS[kind], extrasaction="ignore")
        writer.writeheader()
        written = 0
        for message in messages:
            cells = {name: _cell(value) for name, value in message.model_dump(mode="json").items()}
            writer.writerow(cells | (_no_formulas(cells) if kind is RequestMessage else {}))
            written += 1
        return written

    def read(
        self, kind: type[Exchanged], file: TextIO, missing: Mapping[str, Any] | None = None
    ) -> Iterator[Exchanged]:
        """As `Format.read`; cells of blanks alone are empty, and rows without an answer passed over among labels."""
        reader = rows_of_csv(lines(file))
        try:
            _check_header(kind, reader.fieldnames or ())
            for row in reader:
                fields = {**(missing or {}), **_fields(reader.line_num, row)}
                if kind is not LabelMessage or "label" in fields or fields.get("skip"):
                    yield message_of(kind, reader.line_num, fields)
                else:
                    self.passed_over += "request_id" in fields
        except csv.Error as error:
            raise FormatError(f"line {reader.reader.line_num}: {error}") from None


def _check_header(kind: type, names: Sequence[str]) -> None:
    """Raises FormatError where no row can be a message: what lacks an answer would be passed over, all of it."""
    if "request_id" not in names:
        raise FormatError(no_column("request_id", names))
    if twice := named_twice(names):
        raise FormatError(f"line 1: {twice}")
    if kind is LabelMessage and not {"label", "skip"} & set(names):
        raise FormatError(no_column("label or skip", names))


def _cell(value: object) -> object:
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _no_formulas(cells: Mapping[str, object]) -> dict[str, str]:
    texts = {name: str(cells[name]) for name in _FROM_OUTSIDE}
    return {name: f"'{text}" for name, text in texts.items() if _FORMULA.match(text)}


def _fields(line: int, row: Mapping[str | None, Any]) -> dict[str, Any]:
    if None in row:
        raise FormatError(f"line {line}: more columns than the first line names")
    return {name: _value(line, name, cell) for name, cell in row.items() if name is not None and cell and cell.strip()}


def _value(line: int, name: str, cell: str) -> object:
    try:
        if name in _FLAGS:
            return _WORDS[cell.lower()]
        if name in _FROM_OUTSIDE and cell.startswith("'") and _FORMULA.match(cell):
            return cell[1:]
        return json.loads(cell) if name in _JSON else cell
    except (KeyError, ValueError):
        raise FormatError(f"line {line}: {name}: {'JSON' if name in _JSON else 'true or false'} was expected") from None
