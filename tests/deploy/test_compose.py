"""compose.yaml -> valid by the specification's schema, and fit for the service that it runs."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from services.cli import build_app
from services.edges.settings_sources import load_settings, show_settings
from tests.architecture.sources import ROOT
from tests.deploy.compose import Service, load, named, path_of, services

SERVICES = services()
OURS = [service for service in SERVICES if service.is_ours]
LOOPBACK = "127.0.0.1:"


def names(service: Service) -> set[str]:
    """The settings that a service is given."""
    return {name.removeprefix("SLUICE_") for name in service.environment if name.startswith("SLUICE_")}


def test_it_keeps_to_the_specification() -> None:
    # The package's own command cannot be imported beside the click that faust-streaming needs.
    package = importlib.util.find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    schema = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"

    jsonschema.validate(load(), json.loads(schema.read_text()))


@pytest.mark.parametrize("service", OURS, ids=str)
def test_every_variable_is_a_setting(service: Service) -> None:
    known = {shown.name for shown in show_settings()}
    assert names(service) <= known


@pytest.mark.parametrize("service", OURS, ids=str)
def test_every_value_is_one_that_the_setting_takes(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT / "deploy")  # where sluice.toml lies

    settings = load_settings()

    assert settings.kafka.bootstrap == "kafka:9092"
    assert settings.http.host == service.environment.get("SLUICE_HTTP__HOST", "127.0.0.1")


@pytest.mark.parametrize("service", OURS, ids=str)
def test_every_command_can_be_given_like_this(service: Service) -> None:
    command: Any = typer.main.get_command(build_app())
    words = list(service.fields["command"])
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]

    command.make_context("sluice", words)


def test_the_settings_file_sets_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "deploy")
    told = tomllib.loads((ROOT / "deploy" / "sluice.toml").read_text())

    settings = load_settings()

    assert {name: getattr(settings, name).model_fields_set for name in told} == {
        name: set(fields) for name, fields in told.items()
    }


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_every_file_that_is_mounted_exists_and_is_only_read(service: Service) -> None:
    mounts = [(path, mode) for source, _, mode in service.mounts if (path := path_of(source)) is not None]

    assert {mode for _, mode in mounts} <= {"ro"}
    assert [str(path.relative_to(ROOT)) for path, _ in mounts if not path.exists()] == []


def test_every_volume_and_network_is_declared() -> None:
    volumes = {source for each in SERVICES for source, _, _ in each.mounts if path_of(source) is None}
    networks = {network for each in SERVICES for network in each.fields["networks"]}

    assert volumes == set(load()["volumes"])
    assert networks == set(load()["networks"])


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_ports_are_published_on_this_machine_only(service: Service) -> None:
    assert [port for port in service.ports if not port.startswith(LOOPBACK)] == []


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_every_image_is_pinned_by_a_tag(service: Service) -> None:
    tag = service.image.partition(":")[2]
    assert tag.lstrip("v")[:1].isdigit()
    assert tag.count(".") == 2


def test_our_image_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service.image for service in OURS} == {f"sluice:{version}"}
    assert f"sluice:{version} ." in (ROOT / "deploy" / "Dockerfile").read_text()


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_all_are_bounded_and_started_again_and_cannot_gain_rights(service: Service) -> None:
    lasting = service.name != "topics"

    assert service.fields["restart"] == ("always" if lasting else "on-failure")
    assert ("healthcheck" in service.fields) is lasting
    assert service.fields["deploy"]["resources"]["limits"]["memory"]
    assert service.fields["cap_drop"] == ["ALL"]
    assert service.fields["security_opt"] == ["no-new-privileges:true"]


def test_each_waits_for_what_it_needs() -> None:
    waits = {service.name: service.fields.get("depends_on", {}) for service in SERVICES}
    for process in ("intake", "learner", "console"):
        assert waits[process] == {
            "kafka": {"condition": "service_healthy"},
            "topics": {"condition": "service_completed_successfully"},
        }
    assert waits["topics"] == {"kafka": {"condition": "service_healthy"}}
    assert set(load()["services"]) >= {needed for wait in waits.values() for needed in wait}


def test_what_can_have_copies_has_no_port_of_this_machine() -> None:
    assert named("learner").fields["deploy"]["replicas"] == 2
    for process in ("intake", "learner"):
        assert "ports" not in named(process).fields
        assert "container_name" not in named(process).fields


def test_a_standby_counts_as_well() -> None:
    asked = {service.name: service.fields["healthcheck"]["test"][-1] for service in OURS if service.name != "topics"}
    port = named("learner").environment["SLUICE_METRICS__PORT"]

    assert f":{port}/livez" in asked["learner"]
    assert f":{port}/readyz" in asked["intake"]
    assert f":{load_settings().http.port}/readyz" in asked["console"]


def test_grafana_is_told_all_that_its_provisioning_asks_for() -> None:
    files = [path.read_text() for path in (ROOT / "grafana" / "provisioning").rglob("*.yml")]
    asked = {name for file in files for name in re.findall(r"\$(\w+)", file)}
    environment = named("grafana").environment

    assert asked == {"PROMETHEUS_URL", "SLUICE_DASHBOARDS"}
    assert asked <= set(environment)
    assert environment["SLUICE_DASHBOARDS"] in {target for _, target, _ in named("grafana").mounts}
    assert environment["PROMETHEUS_URL"] == "http://prometheus:9090"


def test_grafana_has_no_password_that_is_known() -> None:
    assert named("grafana").environment["GF_SECURITY_ADMIN_PASSWORD"].startswith("${GRAFANA_ADMIN_PASSWORD:?")
