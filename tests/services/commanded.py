"""A learner of its own -> told what to do by commands, as tests of commands need it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.edges import topics
from services.edges.command_messages import CommandMessage, CommandOutcome
from services.edges.messages import OutcomeMessage
from services.edges.outcome_keys import of_command
from services.learner import LearnerProcess
from tests.services.worlds import Service

SECRET = "my card 4929 1234 was eaten by the machine in Leith"
OTHERS = ("refund please", "where is it?", "a fee on my account", "lost card")


def drain(process: LearnerProcess) -> None:
    """Step until nothing is left to do, answers to commands included."""
    while process.step(0.0) or process._commands.due(process._clock()) or process.learner.job is not None:
        pass


def tell(service: Service, kind: str, command_id: str = "", **arguments: object) -> str:
    """Write a command; its id."""
    fields = {
        "command_id": command_id or f"{kind}-{sorted(arguments.items())}"[:100],
        "kind": kind,
        "arguments": arguments,
    }
    command = CommandMessage.read(fields)
    service.journal.append([command.record()])
    return command.command_id


def outcome(service: Service, command_id: str) -> tuple[str, str]:
    """What became of a command."""
    (told,) = [
        CommandOutcome.parse(record.value or b"")
        for record in service.records(topics.LABEL_OUTCOMES)
        if record.key == of_command(command_id)
    ]
    return told.outcome.value, told.detail


def done(service: Service, process: LearnerProcess, kind: str, **arguments: object) -> tuple[str, str]:
    """Have a command carried out; its outcome."""
    command_id = tell(service, kind, **arguments)
    drain(process)
    return outcome(service, command_id)


def taught(service: Service, **options: object) -> LearnerProcess:
    """A process that learned four texts and the secret one."""
    service.texts(SECRET, *OTHERS)
    process = service.process(**options)
    process.step(0.0)
    for place, request_id in enumerate(service.open()):
        service.answer(request_id, ("card_lost", "refund", "fee")[place % 3], reviewer="bob" if place == 4 else "ann")
    drain(process)
    return process


def answers(service: Service) -> Mapping[str, OutcomeMessage | None]:
    """The outcomes of answers by their keys, None where it is taken away."""
    return {
        (record.key or b"").decode(): OutcomeMessage.parse(record.value) if record.value is not None else None
        for record in service.records(topics.LABEL_OUTCOMES)
        if not (record.key or b"").startswith(b"command/")
    }


def bytes_of(directory: Path) -> bytes:
    """All that is on disk."""
    return b"".join(file.read_bytes() for file in sorted(directory.iterdir()) if file.is_file())


def traces(data: bytes, text: str) -> list[str]:
    """Which parts of a text are there: long values are cut into pages."""
    pieces = [text[start : start + 12] for start in range(0, len(text) - 12, 6)]
    return [piece for piece in pieces if piece.encode() in data]
