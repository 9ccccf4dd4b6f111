"""An event and its fields -> one line on stderr: JSON, or colours on a terminal; never a text."""

from __future__ import annotations

import logging
import math
import sys
import time
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_QUIET_SECONDS = 10.0
_WITHHELD = frozenset({"text", "texts", "value", "embedding"})


def configure(stream: TextIO | None = None, *, level: int = logging.INFO, as_json: bool = False) -> None:
    """Write the events of structlog from ``level`` on to ``stream`` (standard error) from now on, as JSON if asked to.

    Warnings of libraries join those of a service. A command that does one thing tells its own failure in one line: what
    a library had to say on the way to it, say of a connection that it made a second time, is left out.
    """
    stream = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold_texts,
    ]
    render: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if stream.isatty() and not as_json
        # Without the variables of each frame, which hold users' texts.
        else [structlog.processors.ExceptionRenderer(_frames), structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    _join_libraries(stream, shared, render, logging.WARNING if level <= logging.INFO else logging.ERROR)


_frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def withhold_texts(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what could hold a user's text, counts aside: logs are kept and read where texts must not be."""
    return {
        key: "(withheld)" if key in _WITHHELD and not isinstance(value, int) else value for key, value in event.items()
    }


class _Repetitions(logging.Filter):
    """Holds back what was written a moment ago: clients of a broker that is away complain dozens of times a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._written: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the same line of code wrote nothing for a while."""
        place, now = (record.pathname, record.lineno), self._clock()
        if now - self._written.get(place, -math.inf) < _QUIET_SECONDS:
            return False
        self._written[place] = now
        return True


def _join_libraries(stream: TextIO, shared: list[Processor], render: list[Processor], level: int) -> None:
    """Libraries log through the standard library: what they say takes the same form."""
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(stream)
    handler.addFilter(_Repetitions())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, *render]))
    logging.basicConfig(handlers=[handler], level=level, force=True)
