"""`sluice dead-letters` -> messages that could not be read: looked at, sent once more, or thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.errors import REFUSED, WRONG_USE, Refused
from services.cli.options import MAY_BEGIN_WITH_A_DASH, QUEUES, AsJson, Data
from services.cli.output import print_json, print_table, shown

if TYPE_CHECKING:
    from services.edges.dead_letters import DeadLetter
    from services.edges.journal.base import Journal

_Origins = Annotated[list[str] | None, typer.Argument(metavar="[ORIGIN]...", help="Which ones.")]
_All = Annotated[bool, typer.Option("--all", help="All of them.")]
_SHOWN_BYTES = 80


def register(app: typer.Typer) -> None:
    """Add the group `dead-letters`."""
    group = typer.Typer(help="Messages that could not be read.", no_args_is_help=True)
    group.command("list")(list_all)
    group.command("show", context_settings=MAY_BEGIN_WITH_A_DASH)(show)
    group.command("replay", context_settings=MAY_BEGIN_WITH_A_DASH)(replay)
    group.command("discard", context_settings=MAY_BEGIN_WITH_A_DASH)(discard)
    app.add_typer(group, name="dead-letters", rich_help_panel=QUEUES)


def list_all(data: Data = None, as_json: AsJson = False) -> None:
    """Every dead letter, oldest first: where it came from, and why it could not be read.

    Example: `sluice dead-letters list --json | jq -r '.[].reason' | sort | uniq -c`
    """
    letters = _letters(data)
    if as_json:
        print_json([_as_object(letter) for letter in letters])
    else:
        rows = [[each.origin, each.topic, each.reason, each.detail, _beginning(each)] for each in letters]
        print_table(["origin", "topic", "reason", "detail", "value"], rows, whole=["origin"])


def show(
    origin: Annotated[str, typer.Argument(help="The origin, as `dead-letters list` shows it.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """One dead letter with all that is kept of it.

    Example: `sluice dead-letters show ORIGIN`
    """
    letter = _named([origin], _letters(data))[0]
    if as_json:
        print_json(_as_object(letter))
        return
    for name, value in _as_object(letter).items():
        typer.echo(f"{name:8}  {shown(value)}")


def replay(origins: _Origins = None, everything: _All = False, data: Data = None, as_json: AsJson = False) -> None:
    """Send messages once more to the topic that they came from, all at once, and take their dead letters away.

    Those that were too large to be kept whole stay, and are named: with one of them the exit code is 3.

    Example: `sluice dead-letters replay --all`
    """
    from services.edges.dead_letters import replay_dead_letters

    with _chosen(origins, everything, data) as (journal, chosen):
        replayed = [letter.origin for letter in replay_dead_letters(journal, chosen)]
    kept = [letter for letter in chosen if not letter.whole]
    if as_json:
        cut = [{"origin": each.origin, "kept": len(each.value), "size": each.size} for each in kept]
        print_json({"replayed": replayed, "not_replayed": cut})
    else:
        typer.echo(f"{len(replayed)} replayed", err=True)
    for letter in kept:
        why = f"only {len(letter.value)} of its {letter.size} bytes are kept"
        typer.echo(f"sluice: not replayed: {letter.origin}: {why}; `sluice dead-letters discard` drops it", err=True)
    if kept:
        raise typer.Exit(REFUSED)


def discard(origins: _Origins = None, everything: _All = False, data: Data = None, as_json: AsJson = False) -> None:
    """Throw dead letters away, with what is kept of their messages.

    Example: `sluice dead-letters discard ORIGIN`
    """
    from services.edges.dead_letters import discard_dead_letters

    with _chosen(origins, everything, data) as (journal, chosen):
        discard_dead_letters(journal, chosen)
    if as_json:
        print_json({"discarded": [letter.origin for letter in chosen]})
    else:
        typer.echo(f"{len(chosen)} discarded", err=True)


def _letters(data: Data) -> list[DeadLetter]:
    with _chosen(None, True, data) as (_, letters):
        return letters


@contextmanager
def _chosen(origins: list[str] | None, everything: bool, data: Data) -> Iterator[tuple[Journal, list[DeadLetter]]]:
    """The journal and those of its dead letters that are named, or all of them."""
    from services.cli.following import existing_journal
    from services.cli.options import settings_with
    from services.edges.dead_letters import read_dead_letters

    if bool(origins) == everything:
        typer.echo("sluice: name the dead letters, or say --all", err=True)
        raise typer.Exit(WRONG_USE)
    with existing_journal(settings_with(data__dir=data), "dead-letters") as journal:
        letters = read_dead_letters(journal)
        yield journal, letters if everything else _named(origins or [], letters)


def _named(origins: list[str], letters: list[DeadLetter]) -> list[DeadLetter]:
    by_origin = {letter.origin: letter for letter in letters}
    if missing := [origin for origin in origins if origin not in by_origin]:
        raise Refused(f"no dead letter came from {', '.join(missing)}: `sluice dead-letters list` shows them")
    return [by_origin[origin] for origin in origins]


def _as_object(letter: DeadLetter) -> dict[str, Any]:
    from services.edges.times import rfc3339

    return {
        "origin": letter.origin,
        "topic": letter.topic,
        "reason": letter.reason,
        "detail": letter.detail,
        "time": rfc3339(letter.time),
        "size": letter.size,
        "value": letter.value.decode(errors="replace"),
    }


def _beginning(letter: DeadLetter) -> str:
    return ascii(letter.value[:_SHOWN_BYTES].decode(errors="replace"))[1:-1]
