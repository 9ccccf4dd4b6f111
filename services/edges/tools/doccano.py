"""Requests -> doccano's JSON lines for text classification, its JSONL export -> labels.

https://github.com/doccano/doccano: columns beside text and label are kept with the text, and exported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from pydantic import BaseModel

from services.edges.messages import LabelMessage, RequestMessage
from services.edges.tools.base import Tool, label, only, read_lines, write_lines


class _Example(BaseModel):
    request_id: str
    label: tuple[str, ...] = ()


class Doccano(Tool):
    """For a project of text classification with a single class a text; it exports a file for each user."""

    def write(self, requests: Iterable[RequestMessage], file: TextIO) -> int:
        """As `Tool.write`: without labels, as doccano would take a suggestion for an answer."""
        tasks = ({"text": each.text, "label": [], "request_id": each.request_id} for each in requests)
        return write_lines(tasks, file)

    def read(self, file: TextIO, missing: Mapping[str, Any] | None = None) -> Iterator[LabelMessage]:
        """As `Tool.read`: who answered stands in the file's name alone, and when nowhere."""
        for place, example in read_lines(_Example, file):
            if (chosen := only(place, example.label)) is not None:
                yield label(place, missing, request_id=example.request_id, label=chosen)
