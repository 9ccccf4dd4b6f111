"""Parts -> the HTTP API and the review page, as one ASGI app."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse
from prometheus_client import CollectorRegistry
from starlette.staticfiles import StaticFiles

from services.console import problems
from services.console.admission import LIMITS, Admission, Limits
from services.console.bearer import Bearer
from services.console.documents import answers
from services.console.doors import Doors
from services.console.follower import Follower
from services.console.leases import Leases
from services.console.parts import Parts
from services.console.queue import Queue
from services.console.routes import health, labels, status, texts
from services.console.schema import ViewError
from services.console.view import View
from services.edges.journal.base import Journal, JournalError
from services.edges.settings import TaskSettings

PAGE = Path(__file__).with_name("page")
_NO_TASK = TaskSettings()


def build_app(
    journal: Journal,
    view: View,
    follower: Follower,
    registry: CollectorRegistry,
    *,
    task: TaskSettings = _NO_TASK,
    budget: float | None = None,
    limits: Limits = LIMITS,
    lease_seconds: float = 300.0,
    hosts: Collection[str] = ("localhost",),
    tokens: Sequence[str] = (),
    not_ready: Callable[[], Sequence[str]] = tuple,
    clock: Callable[[], float] = time.time,
    end: Callable[[JournalError | ViewError], None] = lambda _: None,
) -> FastAPI:
    """The app; someone else steps the follower, in a thread of its own.

    ``budget`` is the learner's, where it is known here; ``not_ready`` names the other parts of the process that are not
    ready yet; ``hosts`` are the names, besides loopback addresses, under which the service may be called; where there
    are ``tokens``, calls of ``/v1`` must bring one of them; ``end`` is told what the whole process must end for.
    """
    parts = Parts(
        journal=journal,
        view=view,
        follower=follower,
        queue=Queue(view, Leases(lease_seconds)),
        admission=Admission(limits),
        registry=registry,
        task=task,
        budget=budget,
        clock=clock,
        not_ready=not_ready,
    )
    # The framework's own documentation pages load scripts from other hosts. Its redirects know nothing of a proxy's
    # TLS: a text that was posted with a slash too many would be sent again, readable.
    app = FastAPI(title="sluice", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.end = end
    problems.install(app)
    app.add_middleware(Doors, hosts=hosts)
    guards = [Depends(Bearer(tokens))] if tokens else []
    for concept in (texts, labels, status):
        app.include_router(concept.router(parts), dependencies=guards, responses=answers({}, 401) if guards else None)
    app.include_router(health.router(parts))
    app.mount("/page", StaticFiles(directory=PAGE))

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    return app
