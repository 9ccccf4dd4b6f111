"""The dashboards as code and as JSON -> they agree, read metrics that there are, and look as they should."""

from __future__ import annotations

import json
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.__main__ import DASHBOARDS, encoded
from tests.architecture.sources import ROOT
from tests.grafana.committed import DIRECTORY, NAMES, Query, load, panels, published, queries

WIDTH = 24


def test_every_dashboard_is_committed() -> None:
    assert sorted(path.stem for path in DIRECTORY.iterdir()) == sorted(DASHBOARDS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_json_is_what_the_code_builds(name: str) -> None:
    assert (DIRECTORY / f"{name}.json").read_text(encoding="utf-8") == encoded(name), "run `make dashboards`"


@pytest.mark.parametrize("part", ["panels", "annotations", "templating", "time"])
@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_reads_it_as_a_dashboard_and_loses_nothing(name: str, part: str) -> None:
    register_default_plugins()
    read = Dashboard.from_json(load(name))
    assert json.loads(JSONEncoder().encode(read))[part] == load(name)[part]


def test_every_metric_that_is_read_is_published() -> None:
    assert [
        f"{query} reads {metric}" for query in queries() for metric in query.metrics if metric not in published()
    ] == []


@pytest.mark.parametrize("query", queries(), ids=str)
def test_a_query_hides_no_missing_metric(query: Query) -> None:
    words = query.expression.split()
    assert query.metrics
    assert "vector" not in query.expression
    assert "or" not in words
    assert "absent" not in query.expression


@pytest.mark.parametrize("query", queries(), ids=str)
def test_counters_and_histograms_are_read_as_rates_only(query: Query) -> None:
    rising = [metric for metric in query.metrics if metric.endswith(("_total", "_bucket", "_sum", "_count"))]
    assert ("rate(" in query.expression or "increase(" in query.expression) == bool(rising)


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_says_what_it_shows_and_what_to_do(name: str) -> None:
    assert [panel["title"] for panel in panels(name) if len(panel.get("description", "")) < 30] == []
    assert [panel["title"] for panel in panels(name) if panel["datasource"]["uid"] != "${datasource}"] == []
    assert [panel["title"] for panel in panels(name) if "unit" not in unit_holder(panel)] == []


@pytest.mark.parametrize("name", NAMES)
def test_panels_fill_their_lines_and_have_distinct_numbers(name: str) -> None:
    lines: dict[int, int] = {}
    for panel in panels(name):
        lines[panel["gridPos"]["y"]] = lines.get(panel["gridPos"]["y"], 0) + panel["gridPos"]["w"]
    numbers = [panel["id"] for panel in load(name)["panels"]]

    assert set(lines.values()) == {WIDTH}
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("name", NAMES)
def test_it_refreshes_every_5_seconds_and_leads_to_the_other_one(name: str) -> None:
    dashboard = load(name)
    (link,), (variable,) = dashboard["links"], dashboard["templating"]["list"]
    assert dashboard["refresh"] == "5s"
    assert set(link["tags"]) <= set(dashboard["tags"])
    assert "placement" not in link
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")


def test_grafana_finds_its_environment_in_one_file() -> None:
    told = (ROOT / "grafana" / "grafana.env").read_text(encoding="utf-8")
    provisioned = [path.read_text() for path in (ROOT / "grafana" / "provisioning").rglob("*.yml")]
    needed = {word.strip("$") for text in provisioned for word in text.split() if word.startswith("$")}
    assert len(provisioned) == 2
    assert needed == {"PROMETHEUS_URL", "SLUICE_DASHBOARDS"}
    assert [name for name in needed if f"{name}=${{{name}:-" not in told] == []


def unit_holder(panel: dict[str, Any]) -> dict[str, Any]:
    """Where a kind of panel keeps its unit; states are words and need none."""
    if panel["type"] == "state-timeline":
        return {"unit": None}
    if panel["type"] == "heatmap":
        return dict(panel["options"]["yAxis"])
    return dict(panel["fieldConfig"]["defaults"])
