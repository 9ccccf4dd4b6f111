"""deploy/README.md -> what it names is there and is as it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
import yaml

from services.cli import build_app
from services.edges.settings_sources import show_settings
from tests.architecture.sources import ROOT
from tests.deploy.compose import DEPLOY, load, services
from tests.docs.markdown import Markdown

PAGE = Markdown.of("deploy/README.md")


@pytest.mark.parametrize("link", PAGE.links())
def test_every_link_leads_somewhere(link: str) -> None:
    assert (DEPLOY / link).exists()


@pytest.mark.parametrize("words", PAGE.commands("sluice"), ids=" ".join)
def test_every_command_can_be_given_like_this(words: list[str]) -> None:
    command: Any = typer.main.get_command(build_app())
    names = list(words)
    while hasattr(command, "commands"):
        command = command.commands[names.pop(0)]

    command.make_context("sluice", names)


@pytest.mark.parametrize("words", PAGE.commands("make"), ids=" ".join)
def test_every_make_target_is_there(words: list[str]) -> None:
    assert set(words) <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_setting_that_is_named_exists() -> None:
    known = {shown.name for shown in show_settings()}
    assert set(re.findall(r"\b([A-Z]+__[A-Z_]+)\b", PAGE.text)) <= known


def test_every_yaml_snippet_sets_settings() -> None:
    known = {f"SLUICE_{shown.name}" for shown in show_settings()}
    assert [set(yaml.safe_load(snippet)) - known for snippet in PAGE.snippets("yaml")] == [set()]


def test_every_published_port_is_listed_and_no_other() -> None:
    published = {port.rpartition(":")[0] for service in services() for port in service.ports}
    assert set(re.findall(r"127\.0\.0\.1:\d+", PAGE.text)) == published


def test_every_volume_is_told_as_kept_or_not() -> None:
    told = " ".join(next(row for row in PAGE.table("Backup") if row[0] == "containers"))
    assert [volume for volume in load()["volumes"] if f"`{volume}`" not in told] == []
