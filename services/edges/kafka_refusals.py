"""What kafka-python tells its log while it connects -> why nobody answers, and which setting to correct."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from services.edges.setting_names import variable

_PROTOCOL, _FILE = variable("kafka.security_protocol"), variable("kafka.ca_file")
_USER = ", ".join(variable(f"kafka.{name}") for name in ("username", "password", "sasl_mechanism"))
_MENDS = {
    "Authentication|Sasl": f"are {_USER} right?",
    "SSL|X509|Handshake": f"are {_PROTOCOL} and {_FILE} right?",
    "disconnected": f"it hangs up: is {_PROTOCOL} right, and are {_USER}?",
}
"""By what is said of an attempt, the most telling first: attempts that follow it may end otherwise."""
_RUNNING = "is it running?"


class Attempts(logging.Handler):
    """The log of one connection, which is given to nobody else: it tells of each attempt, the error only of the end."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what an attempt failed with."""
        failures = [each for each in record.args or () if isinstance(each, BaseException)]
        self._said += [re.sub(r"^\w*Error: |\s+", " ", str(each)).strip() for each in failures]

    def why(self, error: str) -> str:
        """Why nobody answers, in brackets, and what to do about it; ``error`` is what is known without the log."""
        for sign, mend in _MENDS.items():
            for said in self._said:
                if re.search(sign, said):
                    return f"({said}): {mend}"
        return f"({error}): {_RUNNING}"


@contextmanager
def attempts() -> Iterator[Attempts]:
    """What is told meanwhile."""
    logger, heard = logging.getLogger("kafka"), Attempts()
    level, passed_on = logger.level, logger.propagate
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    logger.addHandler(heard)
    try:
        yield heard
    finally:
        logger.removeHandler(heard)
        logger.propagate = passed_on
        logger.setLevel(level)
