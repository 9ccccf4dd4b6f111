"""Results -> a page: complete by itself, and true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.edges.backtest_report import backtest_report
from services.edges.charts import Course, Series, learning_curves
from services.edges.report import Report, demo_report, render, write_report

AUDIT = {"estimate": 0.75, "low": 0.6, "high": 0.85, "answers": 20, "running_accuracy": 0.7}
CLASSES = {
    "card": {"precision": 0.5, "recall": 0.25, "f1": 0.33, "texts": 12, "asked": 7},
    "refund": {"precision": None, "recall": None, "f1": None, "texts": 0, "asked": 30},
}
MEAN = {
    "asked": 100, "spent_fraction": 0.05, "max_overspend": 0, "prequential_accuracy": 0.71, "test_accuracy": 0.8,
    "test_macro_f1": 0.79, "audit_accuracy": {"estimate": 0.75, "low": 0.6, "high": 0.85, "answers": 20},
    "per_class": CLASSES,
}  # fmt: skip


def runs(final: float, seeds: int = 2) -> dict[str, Any]:
    curve = [(50, 0.6), (100, final)]
    each = [
        {
            **MEAN,
            "seed": seed,
            "test_accuracy": final,
            "curve": curve,
            "texts_at": [1000, 2000],
            "changed_at": None,
            "alarms": [],
            "audits": [AUDIT, AUDIT],
        }
        for seed in range(seeds)
    ]
    return {"runs": each, "mean": {**MEAN, "test_accuracy": final}}


def result(final: float = 0.8) -> dict[str, Any]:
    return {
        "texts": 2000, "test_texts": 500, "classes": 77, "budget": 0.05, "strategy": "margin",
        "budget_rule": "window_quantile", "model": "softmax_prototypes", "peer": None, "encoder": "minilm",
        "names": True, **runs(final),
        "random": {**runs(0.7), "model": "softmax_prototypes", "budget_rule": "window_quantile"},
        "labels_saved": {"to_reach": 0.7, "asked": 75.0, "random": 100.0, "low": None, "high": None},
    }  # fmt: skip


def page(results: dict[str, dict[str, Any]]) -> str:
    return render(backtest_report(results, "banking77.jsonl.gz", {"latency": "200 texts"}))


def test_the_page_needs_no_other_file() -> None:
    html = page({"margin": result()})
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!#)""", html) == []
    assert re.findall(r"<script[^>]", html) == []
    assert "import" not in html
    assert html.count("<svg") == 3


def test_the_headline_figures_are_those_of_the_result() -> None:
    html = page({"margin": result()})
    for told in ("80.0%", "+10.0 points to random", ">75<", "instead of 100", "2,000 texts", "75% (60% to 85%)"):
        assert told in html


def test_beside_the_labels_saved_stands_their_interval_where_there_is_one() -> None:
    def saved(low: float | None, high: float | None) -> str:
        return page({"margin": {**result(), "labels_saved": {**result()["labels_saved"], "low": low, "high": high}}})

    assert "instead of 100; 95% interval \N{MINUS SIGN}5% to 45% fewer<" in saved(-0.05, 0.45)
    assert "instead of 100; too few seeds to be sure<" in saved(-1.0, 1.0)
    assert "instead of 100<" in saved(None, None)


def test_the_leap_at_the_end_of_a_curve_is_marked_and_explained() -> None:
    html = page({"margin": result()})
    assert "At the dot that ends a line all outstanding answers are learned" in html
    [curves, *_] = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    dots = re.findall(r'<use [^>]*style="fill: [^;]+; stroke: var\(--(series-0|random)\)', curves)
    assert sorted(dots) == ["random", "series-0"]


def test_curves_take_their_colours_from_the_page_so_that_they_follow_dark_mode() -> None:
    drawn = re.findall(r"<svg.*?</svg>", page({"margin": result()}), re.DOTALL)
    assert all("var(--series-0)" in svg for svg in drawn)
    assert all("var(--random)" in svg for svg in drawn[:2])
    assert re.findall(r"#(?:0[1-9]){3}", "".join(drawn)) == []


def test_without_a_saving_none_is_claimed() -> None:
    nothing = {**result(), "labels_saved": {"to_reach": 0.9, "asked": None, "random": 100.0, "low": None, "high": None}}
    html = page({"margin": nothing})
    assert "never" in html
    assert "fewer labels" not in html


def test_where_random_sampling_needs_no_label_none_is_saved() -> None:
    nothing = {"to_reach": 0.7, "asked": 0.0, "random": 0.0, "low": 0.0, "high": 0.0}
    html = page({"margin": {**result(), "labels_saved": nothing}})
    assert ">0</b><span>random&#39;s final accuracy takes none<" in html


def test_the_chart_says_how_sure_its_saving_is() -> None:
    unsure = {**result()["labels_saved"], "low": -1.0, "high": 1.0}
    html = page({"margin": {**result(), "labels_saved": unsure}})
    assert "25% fewer labels; too few seeds to be sure<" in html


@pytest.mark.parametrize(
    ("accuracies", "ticks"),
    [
        ((0.012, 0.02, 0.024), ["1.25%", "1.50%", "1.75%", "2.00%", "2.25%"]),
        ((0.15, 0.2, 0.28), ["15.0%", "17.5%", "20.0%", "22.5%", "25.0%", "27.5%"]),
        ((0.2, 0.5, 0.8), ["30%", "45%", "60%", "75%"]),
        ((1.0, 1.0, 1.0), ["96%", "98%", "100%"]),
    ],
)
def test_ticks_are_told_apart_and_none_is_beyond_all(accuracies: tuple[float, ...], ticks: list[str]) -> None:
    drawn = learning_curves([Series("margin", [Course([1, 2, 3], [0, 1, 2], accuracies)])], saving=None)
    told = re.findall(r">([\d.]+%)<", drawn)
    assert told == ticks


def test_a_budget_of_nothing_has_a_page_as_well() -> None:
    unspent = {**result(), "budget": 0.0}
    assert "no budget" in page({"margin": unspent})
    assert "2 configurations" in page({"margin": unspent, "entropy": unspent})


@pytest.mark.parametrize(
    ("asked", "random", "tile", "chart"),
    [(19.6, 20.4, ">20<", []), (19.4, 19.6, "instead of 20", ["5%"]), (53.8, 53.2, ">54<", []), (0.2, 0.4, ">0<", [])],
)
def test_tile_and_chart_tell_of_the_same_whole_labels(asked: float, random: float, tile: str, chart: list[str]) -> None:
    close = {**result(), "labels_saved": {"to_reach": 0.7, "asked": asked, "random": random, "low": None, "high": None}}
    html = page({"margin": close})
    assert tile in html
    assert re.findall(r"(\d+%) fewer labels", html) == chart
    assert html.count("instead of") == len(chart)


def test_a_comparison_shows_every_strategy() -> None:
    html = page({"margin": result(0.8), "entropy": result(0.75)})
    assert "2 configurations on banking77.jsonl.gz" in html
    assert html.count("var(--series-1)") > 0
    assert "75.0%" in html


def test_how_it_was_made_names_all_models_and_rules_and_every_option() -> None:
    html = page({"margin": result(), "other": {**result(), "model": "nearest_class_mean"}})
    assert "<dt>model</dt><dd>softmax_prototypes, nearest_class_mean</dd>" in html
    assert "<dt>budget rule</dt><dd>window_quantile</dd>" in html
    assert "<dt>latency</dt><dd>200 texts</dd>" in html
    assert "peer" not in html
    peer = {**result(), "model": None, "budget_rule": None, "peer": "river/softmax", "capped": True, "names": False}
    html = page({"margin": result(), "river/softmax": peer})
    assert "<dt>model</dt><dd>softmax_prototypes, its own</dd>" in html
    assert "<dt>a peer&#39;s requests over budget</dt><dd>refused</dd>" in html


def test_every_class_has_a_line_the_most_asked_about_first() -> None:
    html = page({"margin": result()})
    assert html.index("<td>refund</td><td>none</td>") < html.index("<td>card</td><td>0.50</td><td>0.25</td>")


def test_what_happened_in_the_stream_is_marked_and_named_once() -> None:
    happened = result()
    happened["runs"][0] |= {"changed_at": 900, "alarms": [("utility", 1100), ("uncertainty", 1150)]}
    html = page({"margin": happened})
    assert "new classes appear" in html
    assert html.count("drift noticed") == 2  # once in each chart over the stream


def test_without_an_audit_none_is_drawn() -> None:
    blind = result()
    blind["runs"][0]["audits"] = [{**AUDIT, "estimate": None, "answers": 0}] * 2
    assert "Audit" not in page({"margin": blind})


def test_too_few_audits_are_told_in_place_of_a_chart() -> None:
    few = result()
    few["runs"][0]["audits"] = [{**AUDIT, "answers": 19}] * 2
    few["runs"][0] |= {"audit_accuracy": {**AUDIT, "answers": 19}}
    html = page({"margin": few})
    assert "Too few audit answers to tell (19)" in html
    assert html.count("<svg") == 2
    assert html.count("<td>too few (19)</td>") == 2  # that seed, and the mean
    assert html.count("<td>75% (60% to 85%)</td>") == 3  # the other seed, and both of random sampling
    assert html.count("<td>75%</td>") == 1  # the mean of random sampling: no interval is the mean of intervals


def test_long_names_are_below_the_axes_and_take_no_room_from_them() -> None:
    def heights(names: list[str]) -> list[float]:
        """Of the axes in each chart, in points."""
        html = page({name: result() for name in names})
        frames = re.findall(r'<g id="axes_1">\s*<g id="patch_2">\s*<path d="M \S+ (\S+) \nL .*?\nL \S+ (\S+) \n', html)
        return [float(bottom) - float(top) for bottom, top in frames]

    short = heights(["a", "b"])
    long = heights([f"{letter * 40} balanced_incremental_quantile_filter" for letter in "abcdef"])
    assert long == pytest.approx(short, abs=8)
    assert min(short) > 180


def test_of_very_many_configurations_the_first_and_the_best_are_drawn_and_all_are_told() -> None:
    results = {f"strategy{number}": result(0.7 + number / 100) for number in range(9)}
    html = page(results)
    [curves, *_] = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    drawn = [name for name in results if f">{name}<" in curves]
    assert drawn == ["strategy0", *(f"strategy{number}" for number in range(4, 9))]
    assert all(f"<td>{name}</td>" in html for name in results)
    assert "The first and the 5 best of the others are drawn; the table has all." in html


def test_the_same_result_gives_the_same_page() -> None:
    assert page({"margin": result()}) == page({"margin": result()})


def test_a_hostile_file_name_stays_text() -> None:
    assert "<b>" not in render(backtest_report({"margin": result()}, "<b>x</b>", {})).split("<div", 1)[0]


def demo(noticed_at: int | None) -> Report:
    summary = {
        "texts": 2000, "asked": 100, "budget": 0.05, "max_overspend": 0, "spent_fraction": 0.05,
        "accuracy": {"no_label": 0.6, "first_quarter": 0.7, "final": 0.8},
        "drift": {"injected_at": 1000, "noticed_at": noticed_at, "false_alarms": 0},
    }  # fmt: skip
    ours = Course([0, 500, 1000, 2000], [0, 25, 50, 100], [0.6, 0.7, 0.75, 0.8])
    random = Course([0, 500, 1000, 2000], [0, 25, 50, 100], [0.6, 0.62, 0.65, 0.72])
    return demo_report(summary, ours, random, 47, {"encoder": "minilm"})


def test_the_demo_shows_the_drift_and_when_it_was_noticed() -> None:
    html = render(demo(noticed_at=1210))
    assert "drift noticed" in html
    assert "210 texts" in html
    assert html.count("<svg") == 3


def test_the_demo_says_of_which_classes_its_accuracy_is() -> None:
    html = render(demo(noticed_at=1210))
    assert "held-back texts of the 47 classes named from the start, not of the new ones" in html
    assert "of the 47 named classes; +20.0 points" in html


def test_a_drift_that_nobody_noticed_is_not_hidden() -> None:
    html = render(demo(noticed_at=None))
    assert "<b>never</b>" in html


def test_a_page_is_written_where_it_was_asked_for(tmp_path: Path) -> None:
    written = write_report(demo(noticed_at=1210), tmp_path / "new" / "report")
    assert written.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_band_of_a_series_spans_its_runs() -> None:
    series = Series("margin", [Course([1, 2], [1, 2], [0.5, 0.7]), Course([1, 2], [1, 3], [0.6, 0.6])])
    low, high = series.band()
    assert low.tolist() == [0.5, 0.6]
    assert high.tolist() == [0.6, 0.7]
    assert series.mean("asked").tolist() == pytest.approx([1.0, 2.5])
    assert np.isfinite(series.mean("accuracy")).all()


def test_the_mean_of_courses_of_unequal_points_ends_where_they_end() -> None:
    series = Series("margin", [Course([1, 2, 3], [0, 1, 2], [0.5, 0.6, 0.7]), Course([1, 2], [1, 4], [0.5, 0.9])])
    assert series.mean("asked").tolist() == [0.5, 3.0]
    assert series.band()[1].tolist() == [0.5, 0.9]
