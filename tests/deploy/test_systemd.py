"""sluice.service -> what systemd says of it."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from services.cli import build_app
from services.edges.settings_sources import show_settings
from tests.deploy.compose import DEPLOY
from tests.programs import find_program

PROGRAM = "/opt/sluice/.venv/bin/sluice"
UNIT = DEPLOY / "sluice.service"
EXPOSURE = 20
"""Tenths, of 100: systemd itself calls less than 20 "OK"; without any hardening it is 92."""


@pytest.fixture
def service() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNIT)
    return parser["Service"]


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that is installed here."""
    program = shutil.which("sluice", path=str(Path(sys.executable).parent))
    assert program is not None
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace(PROGRAM, program))
    return path


@pytest.mark.parametrize("check", [["verify"], ["security", "--offline=true", f"--threshold={EXPOSURE}"]])
def test_systemd_has_nothing_against_it(unit: Path, check: list[str]) -> None:
    program = find_program("systemd-analyze")
    done = subprocess.run([program, *check, str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_its_command_and_settings_are_there(service: configparser.SectionProxy) -> None:
    command: Any = typer.main.get_command(build_app())
    program, *words = service["ExecStart"].split()
    variables = dict(assignment.split("=") for assignment in service["Environment"].split())

    assert program == PROGRAM
    command.commands[words.pop(0)].make_context("sluice", words)
    known = {f"SLUICE_{shown.name}" for shown in show_settings()}
    assert {name for name in variables if name.startswith("SLUICE_")} <= known
