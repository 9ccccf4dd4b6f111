"""Arguments -> one command, its output, its exit code: 0 done, 1 failed, 2 wrong use or settings, 3 refused."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from services.cli.backtest import register as add_backtest
from services.cli.commands import register as add_commands
from services.cli.config import register as add_config
from services.cli.dead_letters import register as add_dead_letters
from services.cli.demo import register as add_demo
from services.cli.doctor import register as add_doctor
from services.cli.errors import exit_code
from services.cli.explain import register as add_explain
from services.cli.kafka import register as add_kafka
from services.cli.labels import register as add_labels
from services.cli.oracle import register as add_oracle
from services.cli.rebuild import register as add_rebuild
from services.cli.replay import register as add_replay
from services.cli.requests import register as add_requests
from services.cli.service import register as add_service
from services.cli.topics import register as add_topics

_GROUPS = (
    add_demo,
    add_service,
    add_replay,
    add_oracle,
    add_requests,
    add_labels,
    add_dead_letters,
    add_explain,
    add_commands,
    add_rebuild,
    add_backtest,
    add_kafka,
    add_topics,
    add_doctor,
    add_config,
)


def build_app() -> typer.Typer:
    """All commands; nothing heavier than their arguments is imported before one of them runs."""
    app = typer.Typer(
        name="sluice",
        help="Streaming online active learning: better predictions for fewer labels, beside production traffic.",
        epilog="Start with `sluice demo`. Settings: sluice.toml, then `SLUICE_SECTION__NAME`, then flags.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback()(_sluice)
    for add in _GROUPS:
        add(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code."""
    # On matrices this small threads wait for each other longer than they save: beside other load 20 times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # torch's own threads sleep while they wait: when they spin, other load slows them down by much more than its share.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        build_app()(arguments, prog_name="sluice")
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        typer.echo(f"sluice: {error}", err=True)
        sys.exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("sluice"))
        raise typer.Exit


def _sluice(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    from services.edges import logs

    logs.configure(level=logging.WARNING)
