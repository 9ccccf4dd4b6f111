"""The files of the examples -> short, pinned, and by the names that the service has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from services.edges.settings_sources import show_settings
from tests.architecture.sources import ROOT
from tests.docs.markdown import Markdown

EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in {".py", ".mjs"})


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_program_is_read_at_a_glance(program: Path) -> None:
    lines = [line.strip() for line in program.read_text().splitlines()]
    assert len([line for line in lines if line and not line.startswith(("#", "//", '"""', "import", "from"))]) <= 22


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_program_asks_for_settings_by_their_names(program: Path) -> None:
    named = set(re.findall(r"SLUICE_([A-Z_]+)", program.read_text()))
    assert named == {"KAFKA__BOOTSTRAP", "KAFKA__TOPIC_PREFIX"}
    assert named <= {shown.name for shown in show_settings()}


def test_every_package_of_npm_is_pinned_with_its_hash_and_without_a_host() -> None:
    wanted = json.loads((EXAMPLES / "package.json").read_text())["dependencies"]
    packages = json.loads((EXAMPLES / "package-lock.json").read_text())["packages"]

    locked = {name.removeprefix("node_modules/"): package for name, package in packages.items() if name}
    assert {name: package["version"] for name, package in locked.items()} == wanted
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not any("resolved" in package for package in locked.values())


def test_the_page_leads_to_each_program() -> None:
    page = Markdown.of("examples/README.md")
    assert {program.name for program in PROGRAMS} <= set(page.links())
    assert [link for link in page.links() if not (EXAMPLES / link).exists()] == []
