"""Requests -> tasks of a labelling tool, its annotations -> labels: the contract of a tool."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from services.edges.dead_letters import Unreadable
from services.edges.formats.base import FormatError, lines
from services.edges.messages import LabelMessage, RequestMessage

Task = TypeVar("Task", bound=BaseModel)
_Class = TypeVar("_Class")


class Tool(ABC):
    """Writes requests as the tool imports them, and reads what it exports, which gives each request's id back.

    Files are opened with ``encoding="utf-8", newline=""``. Places in errors are tasks of the file, the first is 1.
    """

    @abstractmethod
    def write(self, requests: Iterable[RequestMessage], file: TextIO) -> int:
        """Write requests as tasks; says how many."""

    @abstractmethod
    def read(self, file: TextIO, missing: Mapping[str, Any] | None = None) -> Iterator[LabelMessage]:
        """The answers in a file, read as they are asked for; tasks that nobody answered are passed over.

        ``missing`` gives values of fields that the file lacks, such as the reviewer. Raises FormatError.
        """


def write_array(tasks: Sequence[object], file: TextIO) -> int:
    """Write tasks as one JSON array; says how many."""
    json.dump(tasks, file, ensure_ascii=False, indent=1)
    return len(tasks)


def write_lines(tasks: Iterable[object], file: TextIO) -> int:
    """Write tasks as JSON lines; says how many."""
    return sum(bool(file.write(json.dumps(task, ensure_ascii=False) + "\n")) for task in tasks)


def read_array(kind: type[Task], file: TextIO) -> Iterator[tuple[str, Task]]:
    """The place and content of each task in a JSON array. Raises FormatError."""
    found = _json("the file", "".join(lines(file)))
    if not isinstance(found, list):
        raise FormatError("a JSON array of tasks was expected")
    for number, each in enumerate(found, 1):
        yield f"task {number}", _task(kind, f"task {number}", each)


def read_lines(kind: type[Task], file: TextIO) -> Iterator[tuple[str, Task]]:
    """The place and content of each task in JSON lines; empty lines are passed over. Raises FormatError."""
    for number, line in enumerate(lines(file), 1):
        if line.strip():
            yield f"line {number}", _task(kind, f"line {number}", _json(f"line {number}", line))


def only(place: str, classes: Sequence[_Class]) -> _Class | None:
    """The class that was chosen, None where none was. Raises FormatError: a text has one class."""
    if len(classes) > 1:
        told = ", ".join(map(str, classes))
        raise FormatError(f"{place}: one class a text, not {told}: let the tool take a single choice")
    return classes[0] if classes else None


def label(place: str, missing: Mapping[str, Any] | None, **fields: object) -> LabelMessage:
    """The label with these fields, those that are None left to ``missing``. Raises FormatError."""
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return LabelMessage.read({**(missing or {}), **given})
    except Unreadable as error:
        raise FormatError(f"{place}: {error.detail}") from None


def _json(place: str, content: str) -> object:
    try:
        return from_json(content)
    except ValueError as error:
        raise FormatError(f"{place}: not JSON ({error})") from None


def _task(kind: type[Task], place: str, found: object) -> Task:
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, wrong["loc"]))
        raise FormatError(f"{place}: {f'{where}: ' if where else ''}{wrong['msg']}") from None
