"""A file of labelled texts -> its rows in order: JSON lines, CSV or TSV, gzipped or not."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from services.edges.formats.base import named_twice, rows_of_csv
from services.edges.messages import MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS
from services.edges.times import seconds_of

BANKING77 = Path(__file__).parents[1] / "data" / "banking77.jsonl.gz"
"""The packaged data set: 13,078 questions to a bank in 77 classes (see ATTRIBUTION beside it)."""
_TIME_FIELDS = ("time", "ts")


class DatasetError(ValueError):
    """The file cannot be used; the message is one line that names the file and, where one row is wrong, its line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text: ``id`` is the file's, else made of the file's hash and the row's number; ``time`` in seconds."""

    id: str
    text: str
    label: str | None
    time: float | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file's rows in their order; ``digest`` is the file's SHA-256 in hex.

    ``passed_over`` counts answers that teach nothing, of a file that `sluice labels export` wrote.
    """

    name: str
    digest: str
    rows: tuple[Row, ...]
    passed_over: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def first(self, rows: int | None) -> Dataset:
        """So many of its rows, or all; as part of the same file, they are named and counted as before."""
        return replace(self, rows=self.rows[:rows])

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({row.label for row in self.rows if row.label is not None}))


def load(path: Path, *, text_field: str = "text", label_field: str = "label", labelled: bool = False) -> Dataset:
    """Read ``.jsonl``, ``.csv`` or ``.tsv``, also with ``.gz``; where ``labelled``, each row must have a label.

    White space around a label is no part of it.
    ``id`` and ``time`` (or ``ts``; UTC unless it says otherwise) are optional. Of rows with a ``request_id``, which are
    answers, those that skip or whose text nobody keeps are passed over. Raises DatasetError.
    """
    content, rows_in = _content(path), _rows_in(path)
    digest = hashlib.sha256(content).hexdigest()
    reader = _Reader(text_field, label_field, labelled, digest)
    try:
        text = io.StringIO(_unpacked(path, content).decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: not UTF-8 (byte {error.start}): save it as UTF-8") from None
    rows: dict[str, Row] = {}
    passed_over = 0
    for line, fields in rows_in(path, text):
        if _teaches_nothing(fields, text_field):
            passed_over += 1
            continue
        try:
            row = reader.row(fields, len(rows))
        except ValueError as error:
            raise DatasetError(f"{path}, line {line}: {error}") from None
        if row.id in rows:
            raise DatasetError(f"{path}, line {line}: id {row.id[:80]!r} was used before")
        rows[row.id] = row
    if not rows:
        raise DatasetError(f"{path}: no rows{' but skips, and answers without a text' if passed_over else ''}")
    return Dataset(path.name.partition(".")[0], digest, tuple(rows.values()), passed_over)


def too_long(texts: Sequence[str]) -> str:
    """How many of them the service would set aside for their length, in words; nothing where it takes all.

    >>> too_long(["short", "long" * 2_501])
    '1 text has more than 10,000 characters: the service takes no such text'
    """
    long = sum(len(text) > MAX_TEXT_CHARACTERS for text in texts)
    counted = "1 text has" if long == 1 else f"{long:,} texts have"
    return f"{counted} more than {MAX_TEXT_CHARACTERS:,} characters: the service takes no such text" if long else ""


def _teaches_nothing(fields: Mapping[str, Any], text_field: str) -> bool:
    """Whether it is an answer that skips, or one without its text: both are in their place in an export of answers."""
    return "request_id" in fields and (fields.get("skip") in (True, "true") or fields.get(text_field) == "")


@dataclass(frozen=True, slots=True)
class _Reader:
    text_field: str
    label_field: str
    labelled: bool
    digest: str

    def row(self, fields: Mapping[str, Any], number: int) -> Row:
        """One row of fields; ValueError where something is missing or wrong."""
        text = self._text(fields)
        label = _word(fields, self.label_field)
        if self.labelled and self.label_field not in fields:
            raise ValueError(f"no {self.label_field!r}; {_choose(fields, '--label-field')}")
        if (self.labelled or label is not None) and not (label or "").strip():
            raise ValueError(f"{self.label_field!r} names no class: name one, or leave the row out")
        label = label if label is None else label.strip()
        if label is not None and len(label) > MAX_NAME_CHARACTERS:
            raise ValueError(f"{self.label_field!r} has {len(label)} characters; {MAX_NAME_CHARACTERS} are the most")
        return Row(_word(fields, "id") or f"{self.digest[:16]}-{number}", text, label, _time(fields))

    def _text(self, fields: Mapping[str, Any]) -> str:
        text = fields.get(self.text_field)
        if text is None:
            raise ValueError(f"no {self.text_field!r}; {_choose(fields, '--text-field')}")
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{self.text_field!r} holds no text")
        return text


def _choose(fields: Mapping[str, Any], option: str) -> str:
    return f"there are {', '.join(map(repr, fields))}: choose with {option}" if fields else "the row is empty"


def _word(fields: Mapping[str, Any], name: str) -> str | None:
    """A label or an id: whole numbers are common in data sets, and taken as their digits."""
    match fields.get(name):
        case None | "":
            return None
        case str() | int() as word if not isinstance(word, bool):
            return str(word)
        case _:
            raise ValueError(f"{name!r} is neither a string nor a whole number")


def _time(fields: Mapping[str, Any]) -> float | None:
    time = next((fields[name] for name in _TIME_FIELDS if fields.get(name)), None)
    if time is None:
        return None
    if not isinstance(time, str):
        raise ValueError("the time is not a string such as 2025-01-31T12:00:00Z")
    return seconds_of(time, local=UTC)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}") from None


def _unpacked(path: Path, content: bytes) -> bytes:
    if path.suffix.lower() != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: not a whole gzip file ({error})") from None


def _rows_in(path: Path) -> Callable[[Path, io.StringIO], Iterator[tuple[int, Mapping[str, Any]]]]:
    """What gives line number and fields of each row. Raises DatasetError."""
    match [suffix.lower() for suffix in path.suffixes]:
        case [*_, ".jsonl" | ".ndjson"] | [*_, ".jsonl" | ".ndjson", ".gz"]:
            return _json_lines
        case [*_, ".csv" | ".tsv"] | [*_, ".csv" | ".tsv", ".gz"]:
            return _csv_rows
    raise DatasetError(f"{path}: the name must end in .jsonl or .csv, or in .tsv, also with .gz: convert it")


def _json_lines(path: Path, text: io.StringIO) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, content in enumerate(text, 1):
        if not content.strip():
            continue
        try:
            fields = from_json(content)
        except ValueError as error:
            raise DatasetError(f"{path}, line {line}: not JSON ({error})") from None
        if not isinstance(fields, dict):
            raise DatasetError(f"{path}, line {line}: not a JSON object")
        yield line, fields


def _csv_rows(path: Path, text: io.StringIO) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = rows_of_csv(text)
    try:
        if twice := named_twice(reader.fieldnames or ()):
            raise DatasetError(f"{path}, line 1: {twice}")
        for fields in reader:
            yield reader.line_num, _columns(path, reader.line_num, fields)
    except csv.Error as error:
        raise DatasetError(f"{path}, line {reader.reader.line_num}: not CSV ({error})") from None


def _columns(path: Path, line: int, fields: Mapping[str | None, Any]) -> Mapping[str, Any]:
    if None in fields:
        raise DatasetError(f"{path}, line {line}: more columns than the first line names")
    return {name: value for name, value in fields.items() if name is not None}
