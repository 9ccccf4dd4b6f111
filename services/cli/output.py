"""Rows -> stdout: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer


def print_json(value: object) -> None:
    """One JSON document; numbers that are not finite become null, as JSON has no name for them."""
    from services.edges.json_object import finite

    typer.echo(json.dumps(finite(value), ensure_ascii=False, default=str))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns for people, cut to the terminal; off a terminal in full, between tabs."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        for row in [headings, *rows]:
            typer.echo("\t".join(map(str, row)))
        return
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        # Text, not markup: a user's words may hold square brackets.
        table.add_row(*(Text(str(cell), overflow="ellipsis", no_wrap=True) for cell in row))
    console.print(table)
