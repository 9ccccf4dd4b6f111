"""`sluice requests list` -> the questions that wait for an answer."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from services.cli.options import AsJson, Data
from services.cli.output import print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the group `requests`."""
    group = typer.Typer(help="Look at the open questions.", no_args_is_help=True)
    group.command("list")(list_open)
    app.add_typer(group, name="requests")


def list_open(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Open requests: what the learner asks, most useful first, then audits, oldest first.

    Example: `sluice requests list --limit 1000 --json | jq '.[].text'`
    """
    from services.cli.following import followed_view
    from services.cli.options import settings_with
    from stream.records import Verdict

    now = time.time()
    with followed_view(settings_with(data__dir=data)) as view:
        ids = [name for verdict in (Verdict.ASK, Verdict.AUDIT) for name in view.queue(verdict, now, limit)]
        requests = list(view.open_requests(ids[:limit], now).values())
    if as_json:
        print_json(requests)
    else:
        rows = [
            [each["request_id"], each["verdict"], _likeliest(each["suggestions"]), each["text"]] for each in requests
        ]
        print_table(["request", "verdict", "suggestion", "text"], rows)


def _likeliest(suggestions: list[dict[str, object]]) -> str:
    return f"{suggestions[0]['label']} {suggestions[0]['probability']:.0%}" if suggestions else ""
