"""docs/decisions -> short, numbered, and about files that are there."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT
from tests.docs.markdown import Markdown

PAGES = [Markdown(path) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
SECTIONS = ["Context", "Decision", "Consequences"]
FILE = re.compile(r"(?:stream|services|tests)/[\w/.]*")


def test_they_are_numbered_from_1_on() -> None:
    assert [int(page.path.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_is_a_short_record_of_context_decision_and_consequences(page: Markdown) -> None:
    lines = page.text.splitlines()
    assert lines[0].startswith(f"# {int(page.path.name[:4])}. ")
    assert re.findall(r"^## (.*)$", page.text, re.MULTILINE) == SECTIONS
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_files_and_pages_that_it_names_exist(page: Markdown) -> None:
    named = [ROOT / span for span in page.spans() if FILE.fullmatch(span)]
    linked = [page.path.parent / link for link in page.links()]
    assert [str(path) for path in [*named, *linked] if not path.exists()] == []
