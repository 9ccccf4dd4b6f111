"""GET /v1/status, /v1/classes: how the learner stands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services.console.documents import CLASSES, STATUS, answers
from services.console.news import STATUS as STATUS_KEY
from services.console.parts import Parts
from services.edges.json_object import finite

_NO_ACCURACY: dict[str, Any] = {"estimate": None, "low": None, "high": None, "answers": 0, "macro_f1": None}
NOT_BEGUN: dict[str, Any] = {
    "texts": 0,
    "asked": 0,
    "spent_fraction": 0.0,
    "budget": None,
    "labels": 0,
    "open_requests": 0,
    "classes": [],
    "model_version": 0,
    "accuracy": {"of": "all texts so far", **_NO_ACCURACY, "calibration_error": None},
    "prequential": {"of": "answered texts", **_NO_ACCURACY},
    "coverage": None,
    "drift": {},
    "labelling": {"state": "cold", "reason": "the learner has not committed anything yet"},
    "reviewers": {},
}


def router(parts: Parts) -> APIRouter:
    """The routes that tell how the learner stands."""
    api = APIRouter(tags=["status"])

    def named_classes() -> list[str]:
        return [named.name for named in parts.task.classes]

    def not_begun() -> dict[str, Any]:
        return NOT_BEGUN | {"budget": parts.budget, "classes": named_classes()}

    @api.get("/v1/status", responses=answers({200: STATUS}))
    def get_status() -> JSONResponse:
        """How the learner stood at its last commit; before the first one, what the settings say of it."""
        return JSONResponse(finite(parts.view.state(STATUS_KEY) or not_begun()))

    @api.get("/v1/classes", responses=answers({200: CLASSES}))
    def get_classes() -> JSONResponse:
        """The known classes, named ones first, whether there can be others, and what reviewers are told.

        ``described``: what the task says of classes, by their names.
        """
        known = (parts.view.state(STATUS_KEY) or NOT_BEGUN)["classes"]
        task = parts.task
        names = known or named_classes()
        told = {"name": task.name, "instructions": task.instructions, "closed": task.closed}
        described = {
            named.name: {"description": named.description, "examples": list(named.examples)}
            for named in task.classes
            if named.description or named.examples
        }
        return JSONResponse(told | {"classes": names, "described": described})

    return api
