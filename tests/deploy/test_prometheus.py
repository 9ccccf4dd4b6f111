"""prometheus.yml -> what promtool says of it, and whether it asks where the services answer."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml

from services.edges.settings_sources import load_settings
from tests.deploy.compose import DEPLOY, named
from tests.programs import find_program


@pytest.fixture
def jobs() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    return {job["job_name"]: job for job in loaded["scrape_configs"]}


def test_prometheus_can_read_it() -> None:
    promtool = find_program("promtool")
    command = [promtool, "check", "config", "--lint-fatal", str(DEPLOY / "prometheus.yml")]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_its_files_are_mounted_where_it_looks_for_them() -> None:
    loaded = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    mounts = {source: target for source, target, _ in named("prometheus").mounts}

    assert mounts["./prometheus.yml"] == "/etc/prometheus/prometheus.yml"
    assert [mounts[f"./{file}"] for file in loaded["rule_files"]] == ["/etc/prometheus/alerts.yml"]


@pytest.mark.parametrize("process", ["intake", "learner"])
def test_every_copy_of_a_process_is_found(process: str, jobs: dict[str, Any]) -> None:
    (lookup,) = jobs[process]["dns_sd_configs"]
    environment = named(process).environment

    assert lookup["names"] == [process]
    assert lookup["type"] == "A"
    assert str(lookup["port"]) == environment["SLUICE_METRICS__PORT"]
    assert environment["SLUICE_METRICS__HOST"] == "0.0.0.0"


def test_the_console_is_called_by_a_name_that_it_answers_to(jobs: dict[str, Any]) -> None:
    (targets,) = jobs["console"]["static_configs"]
    (target,) = targets["targets"]

    assert target == f"{named('console').environment['SLUICE_HTTP__NAMES']}:{load_settings().http.port}"


def test_it_looks_at_least_as_often_as_the_dashboards_need() -> None:
    loaded = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    assert int(loaded["global"]["scrape_interval"].removesuffix("s")) <= 15
