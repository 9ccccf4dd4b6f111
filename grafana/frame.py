"""Rows of panels -> a dashboard: what both have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders.dashboard import (
    AnnotationQuery,
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    Row,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import TimeZoneBrowser
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DashboardLinkType, Panel

from grafana.panels import SOURCE
from grafana.queries import happened

PER_SECOND, PER_MINUTE = "suffix: /s", "suffix: /min"
_TAG = "sluice"
Rows = Mapping[str, Sequence[Builder[Panel]]]
"""Title of the row -> its panels, from left to right; a line is 24 wide."""


def dashboard(uid: str, title: str, description: str, rows: Rows) -> Dashboard:
    """The last half hour, anew every 5 seconds, with a link to the other dashboards and a mark at each drift alarm."""
    built = (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([_TAG])
        .refresh("5s")
        .time("now-30m", "now")
        .timezone(TimeZoneBrowser)
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
        .link(_others())
        .with_variable(DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .annotation(_alarms())
    )
    number = 0
    for name, panels in rows.items():
        number += 1
        built.with_row(Row(name).id(number))
        for panel in panels:
            number += 1
            panel.build().id_val = number
            built.with_panel(panel)
    return built


def _others() -> DashboardLink:
    link = (
        DashboardLink("sluice")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([_TAG])
        .as_dropdown(False)
        .keep_time(True)
        .include_vars(True)
    )
    link.build().placement = None  # type: ignore[assignment]  # the SDK's default hides it in a menu
    return link


def _alarms() -> AnnotationQuery:
    return (
        AnnotationQuery()
        .name("Drift alarms")
        .datasource(SOURCE)
        .enable(True)
        .hide(False)
        .icon_color("red")
        .expr(f"{happened('sluice_drift_detected_total', '1m', by='signal')} > bool 0")  # marks are drawn at 1
        .step("60s")
        .title_format("Drift")
        .text_format("{{signal}}")
    )
