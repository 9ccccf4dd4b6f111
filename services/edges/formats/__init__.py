"""Format name -> its class: the table of formats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.edges.formats.base import Format, FormatError
from services.edges.formats.csv import Csv
from services.edges.formats.jsonl import JsonLines

__all__ = ["FORMATS", "FormatError", "format_of"]

FORMATS: Final[Mapping[str, type[Format]]] = {"jsonl": JsonLines, "csv": Csv}


def format_of(path: Path) -> Format:
    """The format that a file's name ends in. Raises FormatError.

    >>> format_of(Path("answers.csv")).__class__.__name__
    'Csv'
    """
    name = path.suffix.removeprefix(".").lower()
    if name not in FORMATS:
        raise FormatError(f"{path}: the name must end in {' or '.join(f'.{each}' for each in FORMATS)}")
    return FORMATS[name]()
