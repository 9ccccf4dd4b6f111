"""docs/reliability.md -> the files that it names are there, and its commands can be given."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT
from tests.chaos.__main__ import PARTS
from tests.docs.markdown import Markdown

PAGE = Markdown.of("docs/reliability.md")
FILE = re.compile(r"(?:stream|services|tests|benchmarks|docs)/[\w/.]*")


@pytest.mark.parametrize("link", PAGE.links())
def test_every_link_leads_somewhere(link: str) -> None:
    assert (PAGE.path.parent / link.partition("#")[0]).exists()


def test_the_files_that_it_names_exist() -> None:
    assert [span for span in PAGE.spans() if FILE.fullmatch(span) and not (ROOT / span).exists()] == []


def test_the_parts_that_it_names_can_be_run() -> None:
    named = re.findall(r"OPTIONS=\"?(\w[\w-]*)", PAGE.text)
    assert set(named) <= set(PARTS)
    assert named
