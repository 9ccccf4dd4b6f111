"""Requests -> Argilla's records with a suggestion each, what `Dataset.records.to_json` writes -> labels.

https://docs.argilla.io/latest/reference/argilla/records/records (version 2)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from pydantic import BaseModel

from services.edges.formats.base import FormatError
from services.edges.messages import LabelMessage, RequestMessage
from services.edges.tools.base import Tool, label, only, read_array, write_array

_QUESTION = "label"


class _Response(BaseModel):
    value: Any
    user_id: str | None = None


class _Record(BaseModel):
    id: str
    responses: dict[str, tuple[_Response, ...]] = {}


class Argilla(Tool):
    """For a dataset with a text field ``text`` and a label question ``label``; a record's id is the request's."""

    def write(self, requests: Iterable[RequestMessage], file: TextIO) -> int:
        """As `Tool.write`: the likeliest class is suggested; read it with `Dataset.records.from_json`."""
        return write_array([_record(request) for request in requests], file)

    def read(self, file: TextIO, missing: Mapping[str, Any] | None = None) -> Iterator[LabelMessage]:
        """As `Tool.read`: each response to the question is an answer.

        Only submitted responses must be exported: an export tells neither the status nor the time of a response, and
        drafts and discarded ones would be taken for answers.
        """
        for place, record in read_array(_Record, file):
            if record.responses and _QUESTION not in record.responses:
                raise FormatError(
                    f"{place}: no question {_QUESTION!r} was answered; there are {', '.join(record.responses)}"
                )
            for response in record.responses.get(_QUESTION, ()):
                value = response.value
                chosen = only(place, value) if isinstance(value, list) else value
                if chosen is not None:
                    yield label(place, missing, request_id=record.id, label=chosen, reviewer=response.user_id)


def _record(request: RequestMessage) -> dict[str, Any]:
    likeliest = [
        {"value": each.label, "score": each.probability, "agent": "sluice"} for each in request.suggestions[:1]
    ]
    return {
        "id": request.request_id,
        "fields": {"text": request.text},
        "metadata": {},
        "suggestions": {_QUESTION: likeliest[0]} if likeliest else {},
        "responses": {},
        "vectors": {},
    }
