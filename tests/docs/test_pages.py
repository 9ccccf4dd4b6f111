"""Every page -> nothing in it was left to be filled in, and its tables are whole."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.architecture.sources import ROOT
from tests.docs.markdown import Markdown

NAMES = ["README.md", "deploy/README.md", "examples/README.md"]
PAGES = [*map(Markdown.of, NAMES), *(Markdown(path) for path in sorted((ROOT / "docs").glob("*.md")))]
PLACEHOLDER = re.compile(r"@[A-Z0-9]+@")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_placeholder_is_left(page: Markdown) -> None:
    assert PLACEHOLDER.findall(page.text) == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_row_of_a_table_has_as_many_cells_as_the_one_above(page: Markdown) -> None:
    lines = page.prose.splitlines()
    assert [row for above, row in pairwise(lines) if is_row(above) and is_row(row) and cells(row) != cells(above)] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_row_of_a_table_is_closed(page: Markdown) -> None:
    assert [row for row in page.prose.splitlines() if is_row(row) and not row.endswith("|")] == []


def is_row(line: str) -> bool:
    return line.startswith("|")


def cells(row: str) -> int:
    """How many cells a row has; an escaped bar parts none."""
    return len(re.findall(r"(?<!\\)\|", row)) - 1
