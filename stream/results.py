"""Runs of a configuration and of its random twin -> one result, as `sluice backtest --json` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from stream.backtest import Run
from stream.evaluation.savings import labels_saved, of_equal_points, saved_share


def summarise(runs: Sequence[Run]) -> dict[str, Any]:
    """Every run as a JSON-able object, and their mean: of lists of points, at as many as the shortest has."""
    objects = [asdict(run) for run in runs]
    mean = {
        key: _mean([each[key] for each in objects]) for key in objects[0] if key not in ("seed", "alarms", "changed_at")
    }
    return {"runs": objects, "mean": mean}


def compare(runs: Sequence[Run], twin: Sequence[Run]) -> dict[str, Any]:
    """The runs, their random twin's, and the labels saved against it."""
    ours, random = summarise(runs), summarise(twin)
    saved = labels_saved(ours["mean"]["curve"], random["mean"]["curve"])
    interval = saved_share([run.curve for run in runs], [run.curve for run in twin])
    return {**ours, "random": random, "labels_saved": {**saved, **interval}}


def _mean(values: Sequence[Any]) -> Any:
    """Numbers averaged, point by point in lists and key by key in objects; None where a run has none."""
    first = values[0]
    if any(value is None for value in values):
        return None
    if isinstance(first, dict):
        return {key: _mean([value[key] for value in values]) for key in first}
    if isinstance(first, list | tuple):
        return [_mean(list(column)) for column in zip(*of_equal_points(values), strict=True)]
    return fmean(values) if isinstance(first, int | float) else first
