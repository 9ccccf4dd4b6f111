"""What went wrong -> RFC 9457 problem details: the one form of every error that the API answers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.console.schema import ViewDamaged, ViewError
from services.edges.journal.base import JournalDamaged, JournalError

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger()


class Problem(Exception):
    """An error that the caller is told: a status, one line that says what is wrong, and fields of its own.

    >>> Problem(404, "no such text", retained_since=None).fields
    {'type': 'about:blank', 'title': 'Not Found', 'status': 404, 'detail': 'no such text', 'retained_since': None}
    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.fields = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            **more,
        }


def respond(problem: Problem) -> JSONResponse:
    """The response that tells of a problem."""
    return JSONResponse(problem.fields, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the app, the framework's own included, be answered as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _parameters)
    app.add_exception_handler(JournalError, _journal)
    app.add_exception_handler(ViewError, _view)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)


async def _problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return respond(error)


async def _framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = {404: f"there is nothing at {request.url.path}", 405: f"{request.method} is not possible here"}
    return respond(Problem(error.status_code, detail.get(error.status_code, str(error.detail)), error.headers))


async def _parameters(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [{"parameter": str(found["loc"][-1]), "detail": found["msg"]} for found in error.errors()]
    told = "; ".join(f"{one['parameter']}: {one['detail']}" for one in wrong)
    return respond(Problem(422, f"wrong parameters: {told}", errors=wrong))


async def _journal(request: Request, error: Exception) -> JSONResponse:
    _log.error("journal_failed", reason=str(error))
    if isinstance(error, JournalDamaged):
        request.app.state.end(error)
    return respond(Problem(503, "the journal cannot be used at the moment; nothing was accepted", {"Retry-After": "1"}))


async def _view(request: Request, error: Exception) -> JSONResponse:
    """Texts and labels that came with the call may have been accepted before."""
    _log.error("view_failed", reason=str(error))
    if isinstance(error, ViewDamaged):
        request.app.state.end(error)
    return respond(Problem(503, "nothing can be looked up at the moment", {"Retry-After": "1"}))


async def _gone(_request: Request, _error: Exception) -> JSONResponse:
    """Nobody reads it; the log is spared an error that is none."""
    return respond(Problem(400, "the body ended before its end; nothing was accepted"))


async def _unforeseen(_request: Request, _error: Exception) -> JSONResponse:
    """The server logs the error itself; its words may hold what the caller should not see."""
    return respond(Problem(500, "something went wrong here; the log says what"))
