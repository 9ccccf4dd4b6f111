"""Requests -> Label Studio's tasks with a prediction each, its JSON export -> labels.

https://labelstud.io/guide/task_format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from pydantic import BaseModel

from services.edges.messages import LabelMessage, RequestMessage
from services.edges.tools.base import Tool, label, only, read_array, write_array


class _Data(BaseModel):
    request_id: str


class _Value(BaseModel):
    choices: tuple[str, ...] = ()


class _Result(BaseModel):
    value: _Value = _Value()
    """Relations between results have none."""


class _User(BaseModel):
    id: int | None = None
    email: str | None = None


class _Annotation(BaseModel):
    result: tuple[_Result, ...] = ()
    completed_by: int | _User | None = None
    was_cancelled: bool = False
    created_at: str | None = None
    updated_at: str | None = None


class _Task(BaseModel):
    data: _Data
    annotations: tuple[_Annotation, ...] = ()


class LabelStudio(Tool):
    """For a project whose labelling interface has the text as ``$text`` and one single choice.

    ``<View><Text name="text" value="$text"/><Choices name="label" toName="text" choice="single">...</Choices></View>``
    """

    def write(self, requests: Iterable[RequestMessage], file: TextIO) -> int:
        """As `Tool.write`: the likeliest class is the prediction."""
        return write_array([_task(request) for request in requests], file)

    def read(self, file: TextIO, missing: Mapping[str, Any] | None = None) -> Iterator[LabelMessage]:
        """As `Tool.read`: each annotation is an answer, a cancelled one a skip; reviewers are e-mails or ids."""
        for place, task in read_array(_Task, file):
            for annotation in task.annotations:
                choices = [each for result in annotation.result for each in result.value.choices]
                chosen = None if annotation.was_cancelled else only(place, choices)
                if chosen is not None or annotation.was_cancelled:
                    yield label(
                        place,
                        missing,
                        request_id=task.data.request_id,
                        label=chosen,
                        skip=annotation.was_cancelled,
                        reviewer=_reviewer(annotation.completed_by),
                        answered_at=annotation.updated_at or annotation.created_at,
                    )


def _task(request: RequestMessage) -> dict[str, Any]:
    predictions = [
        {
            "model_version": "sluice",
            "score": likeliest.probability,
            "result": [
                {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [likeliest.label]}}
            ],
        }
        for likeliest in request.suggestions[:1]
    ]
    return {"data": {"text": request.text, "request_id": request.request_id}, "predictions": predictions}


def _reviewer(user: int | _User | None) -> str | None:
    if isinstance(user, _User):
        return user.email or _reviewer(user.id)
    return None if user is None else str(user)
