"""Runs are averaged point by point, and set against their random twin."""

from __future__ import annotations

import json
from dataclasses import replace

from stream.backtest import Run
from stream.drift.signals import Alarm
from stream.results import compare, summarise

RUN = Run(
    seed=0,
    asked=10,
    spent_fraction=0.05,
    max_overspend=0.0,
    prequential_accuracy=0.5,
    test_accuracy=0.75,
    test_macro_f1=0.5,
    audit_accuracy={"estimate": 0.5, "low": 0.25, "high": 0.75, "answers": 4},
    curve=[(0, 0.25), (10, 0.75)],
    texts_at=[100, 200],
    alarms=[Alarm("utility", 96)],
    audits=[],
    per_class={},
    changed_at=None,
)
OTHER = replace(
    RUN,
    seed=1,
    asked=20,
    test_accuracy=0.25,
    audit_accuracy={"estimate": None, "low": 0.0, "high": 1.0, "answers": 0},
    curve=[(0, 0.25), (20, 0.25)],
    alarms=[],
)


def test_numbers_are_averaged_by_name_and_curves_point_by_point() -> None:
    mean = summarise([RUN, OTHER])["mean"]

    assert (mean["asked"], mean["spent_fraction"], mean["test_accuracy"]) == (15.0, 0.05, 0.5)
    assert mean["curve"] == [[0.0, 0.25], [15.0, 0.5]]
    assert mean["texts_at"] == [100.0, 200.0]
    assert "seed" not in mean
    assert "alarms" not in mean


def test_the_mean_of_curves_of_unequal_points_ends_where_they_end() -> None:
    longer = replace(OTHER, curve=[(0, 0.25), (10, 0.25), (20, 0.25)], texts_at=[100, 150, 200])
    result = compare([RUN, longer], [longer, RUN])

    assert result["mean"]["curve"] == result["random"]["mean"]["curve"] == [[0.0, 0.25], [15.0, 0.5]]
    assert result["mean"]["texts_at"] == [100.0, 200.0]


def test_what_a_run_does_not_know_has_no_mean() -> None:
    assert summarise([RUN, OTHER])["mean"]["audit_accuracy"] == {
        "estimate": None, "low": 0.125, "high": 0.875, "answers": 2.0,
    }  # fmt: skip


def test_every_run_is_told_whole() -> None:
    first, second = summarise([RUN, OTHER])["runs"]

    assert (first["seed"], second["seed"]) == (0, 1)
    assert (first["curve"], first["alarms"]) == ([(0, 0.25), (10, 0.75)], [("utility", 96)])


def test_labels_are_saved_against_the_end_of_the_twins_mean_curve() -> None:
    twin = replace(RUN, curve=[(0, 0.25), (40, 0.5)], test_accuracy=0.5)
    result = compare([RUN, RUN], [twin, twin])

    assert result["labels_saved"] == {
        **{"to_reach": 0.5, "asked": 5.0, "random": 40.0},
        **{"share": 0.875, "low": 0.875, "high": 0.875},
    }
    assert result["random"]["mean"]["test_accuracy"] == 0.5
    assert set(result) == {"runs", "mean", "random", "labels_saved"}
    assert json.loads(json.dumps(result))["mean"] == result["mean"]
