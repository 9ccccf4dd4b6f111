"""`sluice labels import|export FILE` -> answers from and to other tools."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.files import to_read, to_write
from services.cli.options import QUEUES, AsJson, Data, Tool
from services.cli.output import print_json

if TYPE_CHECKING:
    from services.edges.messages import LabelMessage


def register(app: typer.Typer) -> None:
    """Add the group `labels`."""
    group = typer.Typer(help="Take answers in and out by file.", no_args_is_help=True)
    group.command("import")(import_file)
    group.command("export")(export_file)
    app.add_typer(group, name="labels", rich_help_panel=QUEUES)


def import_file(
    file: Annotated[Path, typer.Argument(help="Answers: .jsonl or .csv.")],
    reviewer: Annotated[str | None, typer.Option(help="Who answered, where a row does not say so.")] = None,
    tool: Tool = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take answers from a file, all or none: `request_id`, `label` or `skip`, `reviewer`, and `answered_at`, else now.

    A file of `sluice requests export` whose column `label` was filled in is one. Rows without an answer are passed
    over in CSV. With `--tool`, the file is what a labelling tool exported of the tasks of `sluice requests export`.

    Example: `sluice labels import answered.csv --reviewer anna`
    """
    from services.cli.following import existing_journal
    from services.cli.options import settings_with

    labels, now = _read(file, tool, reviewer), time.time()
    with existing_journal(settings_with(data__dir=data), "labels") as journal:
        journal.append([label.given(now).record() for label in labels])
    if as_json:
        print_json({"accepted": len(labels)})
    else:
        typer.echo(f"{len(labels)} labels accepted", err=True)


def export_file(
    file: Annotated[Path, typer.Argument(help="Where to: .jsonl or .csv.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write every answer that is kept to a file, oldest first.

    Example: `sluice labels export answers.jsonl`
    """
    from services.cli.following import existing_journal
    from services.cli.options import settings_with
    from services.edges.dead_letters import Unreadable
    from services.edges.formats import format_of
    from services.edges.journal.base import kept_records
    from services.edges.messages import LabelMessage
    from services.edges.topics import LABELS

    form, labels, unreadable = format_of(file), [], 0
    with existing_journal(settings_with(data__dir=data), "labels") as journal:
        for record in kept_records(journal, LABELS):
            try:
                labels.append(LabelMessage.parse(record.value or b""))
            except Unreadable:
                unreadable += 1
    with to_write(file) as out:
        written = form.write(LabelMessage, labels, out)
    if as_json:
        print_json({"written": written, "unreadable": unreadable})
    else:
        typer.echo(f"{written} labels written, {unreadable} unreadable ones left out", err=True)


def _read(file: Path, tool: str | None, reviewer: str | None) -> list[LabelMessage]:
    from services.edges.formats import format_of
    from services.edges.formats.base import FormatError
    from services.edges.messages import LabelMessage
    from services.edges.tools import tool_of

    missing = {"reviewer": reviewer} if reviewer else None
    read = tool_of(tool).read if tool else partial(format_of(file).read, LabelMessage)
    try:
        with to_read(file) as content:
            return list(read(content, missing))
    except UnicodeDecodeError:
        raise FormatError(f"{file}: not UTF-8: save it as UTF-8") from None
    except FormatError as error:
        raise FormatError(f"{file}: {error}") from None
