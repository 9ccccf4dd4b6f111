"""Kafka settings -> connections: what every client of ours is told, and errors in words that help."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from services.edges.journal.base import Fenced, JournalError
from services.edges.kafka_refusals import attempts
from services.edges.settings import KafkaSettings

CONNECT_MS = 4_000
"""How long a start waits for a broker's first word."""
_FENCED = (
    kafka_errors.ProducerFencedError,
    kafka_errors.InvalidProducerEpochError,
    kafka_errors.FencedInstanceIdError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.UnknownMemberIdError,
    kafka_errors.CommitFailedError,
)

_MENDS: dict[type[kafka_errors.KafkaError], str] = {
    kafka_errors.AuthorizationError: "allow it to this user, as the README's table of rights says",
    kafka_errors.InvalidTimestampError: (
        "set this machine's clock right, or the broker's: it takes no record dated over an hour after its own time "
        "(message.timestamp.after.max.ms)"
    ),
}


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """The keyword arguments that all clients of kafka-python share: where the brokers are, and who we are."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap.split(","),
        "client_id": f"sluice-{socket.gethostname()}-{os.getpid()}",
        "security_protocol": settings.security_protocol,
        "bootstrap_timeout_ms": CONNECT_MS,
        "reconnect_backoff_max_ms": 1_000,
    }
    if settings.security_protocol.endswith("SSL"):
        files = {"ca": settings.ca_file, "cert": settings.certificate_file, "key": settings.key_file}
        options |= {f"ssl_{kind}file": str(path) for kind, path in files.items() if path is not None}
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.password.get_secret_value(),
        }
    return options


@contextmanager
def explained(settings: KafkaSettings) -> Iterator[None]:
    """Turn what kafka-python raises into JournalError, or Fenced where another writer took over."""
    try:
        yield
    except kafka_errors.KafkaTimeoutError as error:
        raise JournalError(f"no Kafka answers at {settings.bootstrap} ({_said(error)}): is it running?") from error
    except (kafka_errors.KafkaError, OSError) as error:
        # As the error, or as its reason why nothing else is sent.
        if any(isinstance(each, _FENCED) for each in (error, *error.args)):
            raise Fenced(f"another process took over ({_said(error)}): this one must end") from error
        mend = next((f": {told}" for kind, told in _MENDS.items() if isinstance(error, kind)), "")
        raise JournalError(f"Kafka at {settings.bootstrap}: {_said(error)}{mend}") from error


@contextmanager
def administration(settings: KafkaSettings) -> Iterator[KafkaAdminClient]:
    """A client for topics and groups. Raises JournalError, with what to correct, where none is had in `CONNECT_MS`."""
    with explained(settings):
        with attempts() as made:
            try:
                client = KafkaAdminClient(**connection(settings), request_timeout_ms=CONNECT_MS)
            except kafka_errors.KafkaTimeoutError as error:
                raise JournalError(f"no Kafka answers at {settings.bootstrap} {made.why(_said(error))}") from error
        try:
            yield client
        finally:
            client.close()


def _said(error: BaseException) -> str:
    """What the error says; of one that tells request and response at length, what the broker says in it."""
    name = type(error).__name__
    told = re.search(r"error_message=(['\"])(.+?)\1[,)]", str(error))
    return f"{name}: {told[2]}" if told else str(error) or name
