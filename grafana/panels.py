"""Queries -> panels: how each kind of panel looks on every dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.builders.heatmap import HeatmapColorOptions, YAxisConfig
from grafana_foundation_sdk.builders.heatmap import Panel as Heatmap
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as StateTimeline
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery as AnyQuery
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    DataSourceRef,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    LineInterpolation,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from grafana_foundation_sdk.models.units import NoUnit

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, ORANGE, RED, BLUE = "green", "orange", "red", "blue"
Steps = Sequence[tuple[float | None, str]]
"""Colours by the value from which they hold, lowest first; None: from the very beginning."""
Queries = Mapping[str, str]
"""Legend -> PromQL; `{{label}}` in the legend stands for a label's value."""

_STAT_HEIGHT, _GRAPH_HEIGHT = 4, 8
_FILL = 10
_DRIFT_STEPS: Steps = [(None, GREEN), (1, ORANGE), (2, RED)]
_DRIFT_STATES = {
    "0": ValueMappingResult(text="stable", color=GREEN, index=0),
    "1": ValueMappingResult(text="warning", color=ORANGE, index=1),
    "2": ValueMappingResult(text="drift", color=RED, index=2),
}


def stat(
    title: str,
    description: str,
    queries: Queries,
    steps: Steps,
    unit: str = NoUnit,
    span: int = 3,
    decimals: int = 0,
    named: bool = False,
) -> Stat:
    """One number, coloured where it is time to act; ``named`` shows the legend beside it."""
    return (
        Stat()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .span(span)
        .height(_STAT_HEIGHT if not named else _GRAPH_HEIGHT)
        .unit(unit)
        .decimals(decimals)
        .thresholds(_thresholds(steps))
        .color_mode(BigValueColorMode.BACKGROUND if len(steps) > 1 else BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE if named else BigValueGraphMode.AREA)
        .text_mode(BigValueTextMode.VALUE_AND_NAME if named else BigValueTextMode.VALUE)
        .reduce_options(options.ReduceDataOptions().calcs(["lastNotNull"]))
        .targets(_targets(queries))
    )


def drift(title: str, description: str, queries: Queries) -> Stat:
    """The present drift state in words."""
    return (
        stat(title, description, queries, _DRIFT_STEPS)
        .mappings([ValueMap(options=_DRIFT_STATES)])
        .graph_mode(BigValueGraphMode.NONE)
    )


def graph(title: str, description: str, queries: Queries, span: int, unit: str, at_least: float = 0) -> Timeseries:
    """Lines over time, the highest first in legend and tooltip."""
    return (
        Timeseries()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .span(span)
        .height(_GRAPH_HEIGHT)
        .unit(unit)
        .axis_soft_min(at_least)
        .line_width(2)
        .fill_opacity(_FILL)
        .show_points(VisibilityMode.NEVER)
        .legend(_legend())
        .tooltip(options.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .targets(_targets(queries))
    )


def stacked(title: str, description: str, queries: Queries, span: int, unit: str) -> Timeseries:
    """Areas that add up to a whole."""
    return (
        graph(title, description, queries, span, unit)
        .stacking(options.StackingConfig().group("A").mode(StackingMode.NORMAL))
        .fill_opacity(4 * _FILL)
        .line_width(1)
    )


def bars(title: str, description: str, queries: Queries, span: int, unit: str) -> Timeseries:
    """Events that are seldom: a bar for each window."""
    return graph(title, description, queries, span, unit).draw_style(GraphDrawStyle.BARS).fill_opacity(6 * _FILL)


def steps(title: str, description: str, queries: Queries, span: int, unit: str) -> Timeseries:
    """What keeps its value until it jumps."""
    return graph(title, description, queries, span, unit).line_interpolation(LineInterpolation.STEP_AFTER)


def states(title: str, description: str, queries: Queries, span: int) -> StateTimeline:
    """One band a signal, coloured by its drift state."""
    return (
        StateTimeline()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .span(span)
        .height(_GRAPH_HEIGHT)
        .mappings([ValueMap(options=_DRIFT_STATES)])
        .thresholds(_thresholds(_DRIFT_STEPS))
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .show_value(VisibilityMode.NEVER)
        .merge_values(True)
        .targets(_targets(queries))
    )


def heat(title: str, description: str, expression: str, span: int, unit: str) -> Heatmap:
    """How a histogram's observations were spread, over time; the expression is by ``le``."""
    return (
        Heatmap()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .span(span)
        .height(_GRAPH_HEIGHT)
        .calculate(False)
        .color(HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(32))
        .y_axis(YAxisConfig().unit(unit))
        .with_target(_query(expression, "{{le}}").format(PromQueryFormat.HEATMAP))
    )


def limit(panel: Timeseries, name: str) -> Timeseries:
    """Draw one of the lines as what must not be crossed: red and dashed."""
    return panel.override_by_name(
        name,
        [
            DynamicConfigValue("color", {"mode": "fixed", "fixedColor": RED}),
            DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]}),
            DynamicConfigValue("custom.fillOpacity", 0),
        ],
    )


def band(panel: Timeseries, low: str, high: str) -> Timeseries:
    """Draw two of the lines as a shaded band."""
    edge = [
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": BLUE}),
        DynamicConfigValue("custom.lineWidth", 0),
    ]
    return panel.override_by_name(low, [*edge, DynamicConfigValue("custom.fillOpacity", 0)]).override_by_name(
        high, [*edge, DynamicConfigValue("custom.fillBelowTo", low)]
    )


def _targets(queries: Queries) -> list[Builder[AnyQuery]]:
    letters = (chr(ord("A") + number) for number in range(len(queries)))
    return [
        _query(expression, legend, letter)
        for letter, (legend, expression) in zip(letters, queries.items(), strict=True)
    ]


def _query(expression: str, legend: str, letter: str = "A") -> Dataquery:
    return Dataquery().ref_id(letter).expr(expression).legend_format(legend).range().datasource(SOURCE)


def _thresholds(steps: Steps) -> ThresholdsConfig:
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([Threshold(value, color) for value, color in steps])


def _legend() -> options.VizLegendOptions:
    return (
        options.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
        .sort_by("Last *")
        .sort_desc(True)
    )
