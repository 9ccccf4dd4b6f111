"""`sluice forget`, `command ...` -> a command to the learner, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.errors import REFUSED, WRONG_USE, Failed, Refused, WrongUse
from services.cli.options import MAY_BEGIN_WITH_A_DASH, QUEUES, AsJson, Data
from services.cli.outcomes import told_within
from services.cli.output import print_json, shown

if TYPE_CHECKING:
    from services.edges.command_messages import CommandMessage, CommandOutcome
    from services.edges.journal.base import Journal

Wait = Annotated[float, typer.Option("--wait", min=0.0, help="Seconds to wait for the outcome.")]
Under = Annotated[
    str | None,
    typer.Option("--id", help="The command's id: sent twice under one, it is carried out once.", show_default="new"),
]


def register(app: typer.Typer) -> None:
    """Add `forget` and the group `command`."""
    app.command(rich_help_panel=QUEUES, context_settings=MAY_BEGIN_WITH_A_DASH)(forget)
    group = typer.Typer(help="Tell the learner what to do.", no_args_is_help=True)
    group.command("withdraw")(withdraw)
    group.command("rename")(rename)
    group.command("merge")(merge)
    group.command("remove")(remove)
    group.command("hold")(hold)
    group.command("accept-gap", context_settings=MAY_BEGIN_WITH_A_DASH)(accept_gap)
    app.add_typer(group, name="command", rich_help_panel=QUEUES)


def forget(
    text: Annotated[str | None, typer.Option("--text", help="A text's id or origin, or its request's id.")] = None,
    reviewer: Annotated[str | None, typer.Option(help="Whose answers are forgotten.")] = None,
    wait: Wait = 300.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Remove a text, or all that a reviewer taught, for good; the model is rebuilt from what remains.

    Example: `sluice forget --text order-4711`
    """
    if (text is None) == (reviewer is None):
        typer.echo("sluice: name either a --text or a --reviewer", err=True)
        raise typer.Exit(WRONG_USE)
    _send("forget", {"text": text, "reviewer": reviewer}, under, data, wait, as_json)


def withdraw(
    request: Annotated[str, typer.Argument(help="The request's id, as `requests list` shows it.")],
    wait: Wait = 60.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Close an open request without an answer. Its cost is not refunded.

    Example: `sluice command withdraw 0f6a1b2c3d4e5f60718293a4b5c6d7e8`
    """
    _send("withdraw", {"request_id": request}, under, data, wait, as_json)


def rename(
    old: Annotated[str, typer.Argument(help="What the class is called.")],
    new: Annotated[str, typer.Argument(help="What it is to be called; not the name of a class.")],
    wait: Wait = 60.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Call a class otherwise, with all its examples.

    Example: `sluice command rename card_lost lost_card`
    """
    _send("rename", {"old": old, "new": new}, under, data, wait, as_json)


def merge(
    old: Annotated[str, typer.Argument(help="The class that goes.")],
    new: Annotated[str, typer.Argument(help="The class that it becomes part of.")],
    wait: Wait = 60.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make one class part of another, with all its examples.

    Example: `sluice command merge lost_card card_lost`
    """
    _send("merge", {"old": old, "new": new}, under, data, wait, as_json)


def remove(
    old: Annotated[str, typer.Argument(help="The class that goes, with its name and its examples.")],
    wait: Wait = 60.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Forget a class. An answer that names it makes it a class again.

    Example: `sluice command remove old_promotion`
    """
    _send("remove", {"old": old}, under, data, wait, as_json)


def hold(
    reviewer: Annotated[str, typer.Argument(help="Whose answers are learned no more; their outcome is `held`.")],
    release: Annotated[bool, typer.Option("--release", help="Learn from this reviewer again.")] = False,
    wait: Wait = 60.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Learn no more from a reviewer; what was learned stays, unless `sluice forget --reviewer` removes it.

    Example: `sluice command hold anna`
    """
    _send("hold", {"reviewer": reviewer, "release": release}, under, data, wait, as_json)


def accept_gap(
    partition: Annotated[str, typer.Argument(help="The source partition, as the learner's error names it.")],
    offset: Annotated[int, typer.Argument(min=0, help="Where its texts go on.")],
    wait: Wait = 60.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Go on although texts are missing for good: the learner ends at such a gap until it is accepted.

    Example: `sluice command accept-gap 1f0c/77ab/0 4711`
    """
    _send("accept_gap", {"partition": partition, "offset": offset}, under, data, wait, as_json)


def _send(kind: str, arguments: dict[str, Any], under: str | None, data: Data, wait: float, as_json: bool) -> None:
    """Have the learner carry it out, and tell what became of it."""
    from services.cli.following import existing_journal
    from services.cli.options import settings_with

    with existing_journal(settings_with(data__dir=data), "command") as journal:
        outcome = carried_out(journal, kind, arguments, under, wait)
    tell(outcome, as_json)


def carried_out(
    journal: Journal, kind: str, arguments: dict[str, Any], under: str | None, wait: float
) -> CommandOutcome:
    """What became of this command, which is written to the journal, ``under`` an id; None makes one.

    Raises Refused where the id is that of a command of another kind.
    """
    from services.edges.command_messages import CommandMessage
    from services.edges.dead_letters import Unreadable
    from services.edges.times import rfc3339
    from services.edges.topics import LABEL_OUTCOMES

    issued_at = rfc3339(time.time())
    given = {name: value for name, value in arguments.items() if value is not None}
    command_id = under or sha256(f"{time.time_ns()}/{kind}/{given}".encode()).hexdigest()[:32]
    try:
        command = CommandMessage.read(
            {"command_id": command_id, "kind": kind, "arguments": given, "issued_at": issued_at}
        )
    except Unreadable as error:
        raise WrongUse(error.detail) from None
    told = journal.bounds(LABEL_OUTCOMES)
    journal.append([command.record()])
    return _outcome(journal, command, told, wait)


def tell(outcome: CommandOutcome, as_json: bool) -> None:
    """Print it; a refusal is exit code 3."""
    from services.edges.command_messages import CommandResult

    if as_json:
        print_json(outcome.model_dump(mode="json"))
    else:
        typer.echo(shown(f"{outcome.outcome}: {outcome.detail}"))
    if outcome.outcome is CommandResult.REFUSED:
        raise typer.Exit(REFUSED)


def _outcome(
    journal: Journal, command: CommandMessage, told: Mapping[tuple[str, int], tuple[int, int]], wait: float
) -> CommandOutcome:
    """What became of the command, as soon as the learner tells; of one that was sent before, what it told then.

    ``told`` is where outcomes began and ended when the command was written.
    """
    from services.edges.command_messages import CommandOutcome
    from services.edges.outcome_keys import of_command

    key = of_command(command.command_id)
    for record in told_within(journal, {place: low for place, (low, _) in told.items()}, wait):
        if record.key == key and record.value is not None:
            _, end = told[record.topic, record.partition]
            return _of_this(command, CommandOutcome.parse(record.value), before=record.offset < end)
    raise Failed(
        f"no outcome after {wait:g} s: is a learner running? The command is in the journal, and is carried out "
        f"when one does; `--id {command.command_id}` asks for its outcome again"
    )


def _of_this(command: CommandMessage, outcome: CommandOutcome, *, before: bool) -> CommandOutcome:
    """The outcome, unless it is of another kind; what else its command was about, it does not tell: the user knows."""
    used = f"--id {command.command_id} was used before"
    if outcome.kind is not command.kind:
        kind = outcome.kind.replace("_", "-")
        raise Refused(f"{used}, by another command (`{kind}`): nothing was done; choose another id, or none")
    if before:
        typer.echo(shown(f"sluice: {used}: this is what became of the first command under it"), err=True)
    return outcome
