"""JSON bytes <-> commands to the learner, and what became of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from services.edges import outcome_keys
from services.edges.journal.base import Message
from services.edges.messages import ClassName, Id, JsonMessage, JsonPart, Name, ReviewerName, Time
from services.edges.topics import COMMANDS, LABEL_OUTCOMES

_MAX_DETAIL_CHARACTERS = 2_000
_Detail = Annotated[str, Field(max_length=_MAX_DETAIL_CHARACTERS)]


class CommandKind(StrEnum):
    """What the learner can be told to do; the closed list that users may rely on."""

    FORGET = "forget"
    REBUILD = "rebuild"
    WITHDRAW = "withdraw"
    RENAME = "rename"
    MERGE = "merge"
    REMOVE = "remove"
    HOLD = "hold"
    ACCEPT_GAP = "accept_gap"


class CommandResult(StrEnum):
    """What became of a command."""

    DONE = "done"
    REFUSED = "refused"


class Arguments(JsonPart):
    """What a command is about: each kind takes some of these, and refuses to go without.

    ``old`` is a class that is there, by the name that it has: an earlier version learned white space around it, too.
    """

    text: Id | None = None
    reviewer: ReviewerName | None = None
    encoder: Name | None = None
    request_id: Id | None = None
    old: Name | None = None
    new: ClassName | None = None
    release: bool = False
    partition: Id | None = None
    offset: int | None = Field(default=None, ge=0, lt=2**63)


class CommandMessage(JsonMessage):
    """One command to the learner, carried out once whatever number of times its ``command_id`` comes."""

    command_id: Id
    kind: CommandKind = Field(strict=False)
    arguments: Arguments = Arguments()
    issued_at: Time | None = None

    def record(self) -> Message:
        """To be written to the topic `commands`."""
        return Message(COMMANDS, self.encode(), key=self.command_id.encode())


class CommandOutcome(JsonMessage):
    """What became of one command; ``detail`` is a line for a person."""

    command_id: Id
    kind: CommandKind = Field(strict=False)
    outcome: CommandResult = Field(strict=False)
    detail: _Detail = ""
    model_version: int = Field(ge=0)

    def record(self) -> Message:
        """To be written to the topic `label-outcomes`."""
        return Message(LABEL_OUTCOMES, self.encode(), key=outcome_keys.of_command(self.command_id))

    @classmethod
    def of(cls, command: CommandMessage, outcome: CommandResult, detail: str, model_version: int) -> Self:
        """What became of this command."""
        return cls(
            command_id=command.command_id, kind=command.kind, outcome=outcome, detail=detail[:_MAX_DETAIL_CHARACTERS],
            model_version=model_version,
        )  # fmt: skip
