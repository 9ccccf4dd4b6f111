"""GET /livez, /readyz, /metrics: how the process stands, for the programs that watch it."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.console.documents import answers
from services.console.parts import Parts
from services.console.problems import Problem


def router(parts: Parts) -> APIRouter:
    """The routes that hold nothing secret, and need no token."""
    api = APIRouter(tags=["status"])

    @api.get("/livez", responses=answers({200: {"type": "object"}}))
    async def livez() -> JSONResponse:
        """Tell that the process answers."""
        return JSONResponse({"alive": True})

    @api.get("/readyz", responses=answers({200: {"type": "object"}}, 503))
    def readyz() -> JSONResponse:
        """Tell whether texts can be posted and decisions be looked up."""
        waiting_for = [*parts.not_ready(), *(() if parts.follower.caught_up else ("console",))]
        if waiting_for:
            raise Problem(503, f"not ready yet: {', '.join(waiting_for)}", {"Retry-After": "1"})
        return JSONResponse({"ready": True})

    @api.get("/metrics", response_class=Response, responses=answers({}) | {200: {"content": {"text/plain": {}}}})
    def metrics() -> Response:
        """The metrics of this process, for Prometheus."""
        return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST)

    return api
