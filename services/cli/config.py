"""`sluice config show` -> every effective setting and where it was set."""

from __future__ import annotations

import json

import typer

from services.cli.options import CHECK, AsJson
from services.cli.output import print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the group `config`."""
    group = typer.Typer(help="Look at the settings.", no_args_is_help=True)
    group.command("show")(show)
    app.add_typer(group, name="config", rich_help_panel=CHECK)


def show(as_json: AsJson = False) -> None:
    """Every setting with its value and its origin; secrets are masked.

    Each can be set in sluice.toml (`[budget]` `fraction = 0.1`), in the environment
    (`SLUICE_BUDGET__FRACTION=0.1`), and many by a flag.

    Example: `SLUICE_BUDGET__FRACTION=0.1 sluice config show`
    """
    from services.edges.settings_sources import show_settings

    settings = show_settings()
    if as_json:
        print_json({each.name: {"value": each.value, "origin": each.origin} for each in settings})
    else:
        print_table(
            ["setting", "value", "origin"],
            [[each.name, json.dumps(each.value, ensure_ascii=False), each.origin] for each in settings],
        )
