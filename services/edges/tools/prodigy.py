"""Requests -> Prodigy's tasks for its interface `choice`, what `prodigy db-out` writes -> labels.

https://prodi.gy/docs/api-interfaces#choice
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TextIO

from pydantic import BaseModel, Field

from services.edges.messages import LabelMessage, RequestMessage
from services.edges.times import rfc3339
from services.edges.tools.base import Tool, label, only, read_lines, write_lines

_YEAR_10000_SECONDS = 253_402_300_800


class _Task(BaseModel):
    request_id: str
    answer: Literal["accept", "reject", "ignore"] | None = None
    accept: tuple[str, ...] = ()
    label: str | None = None
    annotator: str | None = Field(None, alias="_annotator_id")
    timestamp: float | None = Field(None, alias="_timestamp", ge=0, lt=_YEAR_10000_SECONDS)


class Prodigy(Tool):
    """The likely classes are the options; `textcat.manual --label a,b,c --exclusive` puts its own in their place."""

    def write(self, requests: Iterable[RequestMessage], file: TextIO) -> int:
        """As `Tool.write`."""
        return write_lines(map(_task, requests), file)

    def read(self, file: TextIO, missing: Mapping[str, Any] | None = None) -> Iterator[LabelMessage]:
        """As `Tool.read`: what was accepted is the label, what was ignored a skip; a rejected class says no class."""
        for place, task in read_lines(_Task, file):
            ignored = task.answer == "ignore"
            accepted = only(place, task.accept) or task.label if task.answer == "accept" else None
            if ignored or accepted:
                yield label(
                    place,
                    missing,
                    request_id=task.request_id,
                    label=accepted,
                    skip=ignored,
                    reviewer=task.annotator,
                    answered_at=None if task.timestamp is None else rfc3339(task.timestamp),
                )


def _task(request: RequestMessage) -> dict[str, Any]:
    options = [{"id": each.label, "text": each.label} for each in request.suggestions]
    return {"text": request.text, "options": options, "request_id": request.request_id}
