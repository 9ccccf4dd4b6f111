"""The alert rules -> promtool: they fire when something is wrong, and are silent when nothing is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.grafana.committed import published
from tests.programs import find_program

RULES = ROOT / "deploy" / "alerts.yml"
COURSES = Path(__file__).with_name("alerts.yml")
ALERT = re.compile(r"\bSluice\w+")
METRIC = re.compile(r"\bsluice_\w+")


@pytest.mark.parametrize("words", [["check", "rules", str(RULES)], ["test", "rules", str(COURSES)]], ids=" ".join)
def test_promtool_is_content(words: list[str]) -> None:
    done = subprocess.run([find_program("promtool"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_was_seen_to_fire() -> None:
    assert set(ALERT.findall(RULES.read_text())) == set(ALERT.findall(COURSES.read_text()))


@pytest.mark.parametrize("file", [RULES, COURSES], ids=lambda file: str(file.relative_to(ROOT)))
def test_every_metric_that_is_read_is_published(file: Path) -> None:
    assert set(METRIC.findall(file.read_text())) - published() == set()
