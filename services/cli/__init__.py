"""Arguments -> one command, its output, its exit code: 0 done, 1 failed, 2 wrong use or settings, 3 refused."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from services.cli import (
    backtest,
    config,
    dead_letters,
    demo,
    doctor,
    explain,
    labels,
    oracle,
    replay,
    requests,
    service,
)
from services.cli.errors import explain_or_raise

app = typer.Typer(
    name="sluice",
    help="Streaming online active learning: better predictions for fewer labels, beside production traffic.",
    epilog="Start with `sluice demo`. Settings: sluice.toml, then SLUICE_<SECTION>__<NAME>, then flags.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
demo.register(app)
service.register(app)
replay.register(app)
oracle.register(app)
requests.register(app)
labels.register(app)
dead_letters.register(app)
explain.register(app)
backtest.register(app)
doctor.register(app)
config.register(app)


@app.callback()
def _sluice(
    show_version: Annotated[bool, typer.Option("--version", help="Show the version and end.", is_eager=True)] = False,
) -> None:
    if show_version:
        typer.echo(version("sluice"))
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    try:
        app(arguments, prog_name="sluice")
    except Exception as error:
        explain_or_raise(error)
