"""The README's strategy, added to a copy of the repository to the letter -> the copy passes what `make check` asks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tracked_files
from tests.docs.markdown import Markdown

NAME, CLASS = "largest_margin", "LargestMargin"
TOOLS = [
    ("ruff", "format", "--check", "--quiet"),
    ("ruff", "check", "--quiet"),
    ("mypy", "-p", "stream.strategies"),
    ("pytest", "-q", "-p", "no:cacheprovider", "tests/docs/test_readme.py", "tests/docs/test_pages.py"),
    ("pytest", "-q", "-p", "no:cacheprovider", "tests/architecture", f"tests/stream/strategies/test_{NAME}.py"),
]


@pytest.fixture
def followed(tmp_path: Path, readme: Markdown) -> Path:
    """A copy of the repository in which the three steps were taken."""
    for file in tracked_files():
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    strategy, test = (code for code in readme.snippets("python") if CLASS in code)
    (tmp_path / f"stream/strategies/{NAME}.py").write_text(strategy)
    (tmp_path / f"tests/stream/strategies/test_{NAME}.py").write_text(test)
    (line,) = re.findall(rf'`("{NAME}": {CLASS},)`', readme.text)
    table = tmp_path / "stream/strategies/__init__.py"
    before = table.read_text()
    imported = f"from stream.strategies.{NAME} import {CLASS}\n"
    for place, added in (
        ("from stream.strategies.least_confidence", imported),
        ('    "least_confidence"', f"    {line}\n"),
    ):
        before = before.replace(place, added + place)
    table.write_text(before)
    return tmp_path


@pytest.mark.slow
def test_three_files_are_all_that_a_strategy_takes(followed: Path) -> None:
    for tool in TOOLS:
        done = subprocess.run(
            [sys.executable, "-m", *tool],
            cwd=followed, env={**os.environ, "PYTHONPATH": str(followed)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(tool)}\n{done.stdout}{done.stderr}"
