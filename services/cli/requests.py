"""`sluice requests list` -> the questions that wait for an answer."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.files import to_write
from services.cli.options import QUEUES, AsJson, Data, Tool
from services.cli.output import cut, print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the group `requests`."""
    group = typer.Typer(help="Look at the open questions.", no_args_is_help=True)
    group.command("list")(list_open)
    group.command("export")(export_file)
    app.add_typer(group, name="requests", rich_help_panel=QUEUES)


def list_open(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Open requests: what the learner asks, most useful first, then audits, oldest first.

    Of each text as much as the terminal is wide; `--json` has all of it.

    Example: `sluice requests list --limit 1000 --json | jq '.[].text'`
    """
    requests, all_open = _open(limit, data)
    if len(requests) < all_open:
        typer.echo(f"sluice: {len(requests)} of {all_open} open requests: --limit {all_open} shows all", err=True)
    if as_json:
        print_json(requests)
    else:
        rows = [
            [each["request_id"], each["verdict"], _likeliest(each["suggestions"]), cut(each["text"])]
            for each in requests
        ]
        print_table(["request", "verdict", "suggestion", "text"], rows, whole=["request", "verdict"])


def export_file(
    file: Annotated[Path, typer.Argument(help="Where to: .jsonl or .csv.")],
    tool: Tool = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write every open request to a file; in CSV with empty columns `label` and `reviewer` to be filled in.

    There an apostrophe stands before texts that a spreadsheet would take for formulas, such as `=1+1`.

    With `--tool`, tasks for a labelling tool to import; `sluice labels import` with the same reads what it exports.

    Example: `sluice requests export open.csv`, then `sluice labels import open.csv`
    """
    from services.edges.formats import format_of
    from services.edges.messages import RequestMessage
    from services.edges.tools import tool_of

    write = tool_of(tool).write if tool else partial(format_of(file).write, RequestMessage)
    requests = [RequestMessage.read(each) for each in _open(sys.maxsize, data)[0]]
    with to_write(file) as out:
        written = write(requests, out)
    if as_json:
        print_json({"written": written})
    else:
        typer.echo(f"{written} requests written", err=True)


def _open(limit: int, data: Path | None) -> tuple[list[dict[str, Any]], int]:
    """The first ``limit`` open requests, and how many are open."""
    from services.cli.following import followed_view
    from services.cli.options import settings_with
    from stream.records import Verdict

    now = time.time()
    with followed_view(settings_with(data__dir=data), "requests") as view:
        ids = [name for verdict in (Verdict.ASK, Verdict.AUDIT) for name in view.queue(verdict, now, limit)]
        return list(view.open_requests(ids[:limit], now).values()), view.count_open(now, sys.maxsize)


def _likeliest(suggestions: list[dict[str, object]]) -> str:
    return f"{suggestions[0]['label']} {suggestions[0]['probability']:.0%}" if suggestions else ""
