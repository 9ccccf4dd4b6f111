"""Commands and their outcomes, from bytes and to bytes, and what is refused."""

from __future__ import annotations

import json

import pytest

from services.edges.command_messages import CommandMessage, CommandOutcome, CommandResult
from services.edges.dead_letters import Fault, Unreadable

FORGET = {
    "command_id": "c1", "kind": "forget", "arguments": {"text": "order-4711"}, "issued_at": "2025-01-31T12:00:00Z"
}  # fmt: skip


def test_a_command_is_written_as_it_is_read() -> None:
    message = CommandMessage.parse(json.dumps(FORGET).encode()).record()

    assert (message.topic, message.key) == ("commands", b"c1")
    assert json.loads(message.value or b"") == {
        **FORGET, "schema_version": 1, "arguments": {"text": "order-4711", "release": False},
        "issued_at": "2025-01-31T12:00:00.000000Z",
    }  # fmt: skip


def test_a_reviewer_has_no_white_space_around_the_name() -> None:
    command = CommandMessage.read({"command_id": "c1", "kind": "hold", "arguments": {"reviewer": " ann "}})
    assert command.arguments.reviewer == "ann"


def test_a_new_name_has_no_white_space_around_it_and_an_old_one_may() -> None:
    command = CommandMessage.read({"command_id": "c1", "kind": "rename", "arguments": {"old": " a", "new": " b "}})

    assert (command.arguments.old, command.arguments.new) == (" a", "b")


def test_an_outcome_stands_under_its_command() -> None:
    command = CommandMessage.read(FORGET)
    message = CommandOutcome.of(command, CommandResult.REFUSED, "why", 3).record()

    assert (message.topic, message.key) == ("label-outcomes", b"command/c1")
    assert CommandOutcome.parse(message.value or b"") == CommandOutcome(
        command_id="c1", kind=command.kind, outcome=CommandResult.REFUSED, detail="why", model_version=3
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"command_id": ""}, Fault.EMPTY_FIELD),
        ({"kind": "explode"}, Fault.WRONG_VALUE),
        ({"arguments": {"offset": -1}}, Fault.WRONG_VALUE),
        ({"arguments": {"reviewer": " "}}, Fault.EMPTY_FIELD),
        ({"arguments": {"text": 7}}, Fault.WRONG_TYPE),
        ({"arguments": []}, Fault.WRONG_TYPE),
        ({"schema_version": 2}, Fault.UNKNOWN_VERSION),
    ],
)
def test_what_cannot_be_understood_is_unreadable(change: dict[str, object], fault: Fault) -> None:
    with pytest.raises(Unreadable) as refused:
        CommandMessage.parse(json.dumps(FORGET | change).encode())
    assert refused.value.reason == fault
