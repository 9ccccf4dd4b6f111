"""`sluice up` -> the embedded service, until it is told to end."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli.options import RUN, Data

Port = Annotated[int | None, typer.Option(help="The port to listen on (HTTP__PORT).", show_default="8080")]
Budget = Annotated[float | None, typer.Option(help="Requests per text (BUDGET__FRACTION).", show_default="0.05")]


def register(app: typer.Typer) -> None:
    """Add `up`."""
    app.command(rich_help_panel=RUN)(up)


def up(data: Data = None, port: Port = None, budget: Budget = None) -> None:
    """The whole service in one process, on one SQLite file: HTTP API, console, learner, metrics.

    SIGTERM or Ctrl-C ends it cleanly. What it read and learned is kept in the data directory.

    Example: `sluice up --data /var/lib/sluice --port 8080`
    """
    from services.cli.options import settings_with
    from services.edges import logs
    from services.embedded import Embedded

    settings = settings_with(data__dir=data, http__port=port, budget__fraction=budget)
    logs.configure()
    Embedded(settings).run()
