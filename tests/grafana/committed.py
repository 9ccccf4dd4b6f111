"""The committed JSON -> every query in it, and the metrics that it reads; those that there are, beside."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry

from services.edges.metrics import Metrics
from tests.architecture.sources import ROOT

DIRECTORY = ROOT / "grafana" / "dashboards"
NAMES = ("overview", "learning")
RATE_WINDOW = "5s"
"""What Grafana puts in for `$__rate_interval`, which is at least four times the scrape interval."""
_SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
_METRIC = re.compile(r"\bsluice_[a-z_]+\b")


@dataclass(frozen=True)
class Query:
    """One query of a dashboard; as text it says where it is."""

    place: str
    expression: str

    @property
    def metrics(self) -> list[str]:
        """The names of all metrics in it."""
        return sorted(set(_METRIC.findall(self.expression)))

    @property
    def promql(self) -> str:
        """As Prometheus gets it from Grafana."""
        promql = self.expression.replace("$__rate_interval", RATE_WINDOW)
        assert "$" not in promql, f"{self}: nobody put in a value"
        return promql

    def without(self, metric: str) -> Query:
        """The same after somebody renamed the metric in the code."""
        return Query(f"{self.place} ({metric} renamed)", re.sub(rf"\b{metric}\b", f"{metric}_renamed", self.expression))

    def __str__(self) -> str:
        return f"{self.place}: {self.expression}"


def load(name: str) -> dict[str, Any]:
    """One dashboard as Grafana reads it."""
    dashboard: dict[str, Any] = json.loads((DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))
    return dashboard


def panels(name: str) -> list[dict[str, Any]]:
    """The panels that show something: all but the rows."""
    return [panel for panel in load(name)["panels"] if panel["type"] != "row"]


def queries() -> list[Query]:
    """Every query of every panel and annotation."""
    shown = [
        Query(f"{name}, {panel['title']}, {target['legendFormat']}", target["expr"])
        for name in NAMES
        for panel in panels(name)
        for target in panel["targets"]
    ]
    marked = [
        Query(f"{name}, mark {annotation['name']}", annotation["expr"])
        for name in NAMES
        for annotation in load(name)["annotations"]["list"]
    ]
    return shown + marked


def published() -> set[str]:
    """The names of all series that the code declares."""
    families = Metrics(CollectorRegistry()).registry.collect()
    return {family.name + suffix for family in families for suffix in _SUFFIXES[family.type]}
