"""Rows -> stdout: a table for people, JSON for programs."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Collection, Sequence

import typer

_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that break a line, or tell a terminal what to do."""


def print_json(value: object) -> None:
    """One JSON document; numbers that are not finite become null, as JSON has no name for them."""
    from services.edges.json_object import finite

    typer.echo(json.dumps(finite(value), ensure_ascii=False, default=str))


def shown(text: object) -> str:
    r"""Somebody's words on one line of a terminal: line breaks and other control characters stand as escapes.

    >>> shown("two\nlines")
    'two\\nlines'
    """
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNSEEN else char for char in str(text)
    )


def cut(text: str) -> str:
    """The beginning of a text, as much as the terminal is wide; off a terminal 80 characters, or COLUMNS."""
    columns, told = shutil.get_terminal_size().columns, shown(text)
    return told if len(told) <= columns else f"{told[: columns - 1]}…"


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, whole: Collection[str] = ()) -> None:
    """Columns for people, cut to the terminal, those named ``whole`` last; off a terminal in full, between tabs."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        for row in [headings, *rows]:
            typer.echo("\t".join(map(shown, row)))
        return
    # Columns that do not wrap give way only where the others have nothing left to give.
    columns = [Column(heading, no_wrap=heading in whole) for heading in headings]
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        # Text, not markup: a user's words may hold square brackets.
        table.add_row(*(Text(shown(cell), overflow="ellipsis", no_wrap=True) for cell in row))
    console.print(table)
