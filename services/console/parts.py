"""The parts of one running API: what its routes share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Query, Request
from prometheus_client import CollectorRegistry
from starlette.concurrency import run_in_threadpool

from services.console import rows
from services.console.admission import Admission
from services.console.follower import Follower
from services.console.queue import Queue
from services.console.view import View
from services.edges.journal.base import Journal
from services.edges.settings import TaskSettings

MAX_WAIT_SECONDS = 60.0

Wait = Annotated[
    float | None,
    Query(
        ge=0, le=MAX_WAIT_SECONDS, allow_inf_nan=False, description="Wait up to so many seconds for what comes of it."
    ),
]
Message = TypeVar("Message")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one running API."""

    journal: Journal
    view: View
    follower: Follower
    queue: Queue
    admission: Admission
    registry: CollectorRegistry
    task: TaskSettings
    budget: float | None
    """The learner's, where the settings are its own: told until it tells it itself."""
    clock: Callable[[], float]
    not_ready: Callable[[], Sequence[str]]

    async def messages(self, request: Request, body: bytes, parse: Callable[[bytes], Message]) -> list[Message]:
        """The messages in a body, parsed in a thread: the event loop stays free. Raises Problem."""
        content_type = request.headers.get("content-type", "")
        return await run_in_threadpool(rows.messages, body, content_type, self.admission.limits.rows, parse)
