"""Results -> Markdown tables: means with their spread, paired differences to random, labels needed for a target.

`python -m benchmarks.learning.tables RESULTS --help`.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple

from benchmarks.learning.grid import Configuration
from benchmarks.learning.ledger import Ledger

RANDOM = "random"
_FIGURES = (
    "texts",
    "test_texts",
    "classes",
    "asked",
    "max_overspend",
    "prequential_accuracy",
    "test_accuracy",
    "test_macro_f1",
    "audit_accuracy",
    "labelling",
    "changed_accuracy",
    "rare",
    "rare_recall",
    "rare_asked",
    "seconds",
)
"""What is kept of a result where its curves are not."""
_USUAL = {
    each.name: each.default if each.default_factory is MISSING else each.default_factory()
    for each in fields(Configuration)
}
MEASURES = ("test_accuracy", "test_macro_f1", "prequential_accuracy")
_CELL = ("set", "budget")


class Difference(NamedTuple):
    """The mean of paired differences, and its standard error; nan with a single pair."""

    mean: float
    error: float


Results = dict[str, dict[tuple[str, str], dict[int, dict[str, Any]]]]
"""Variant -> (set, budget) -> seed -> result; a variant is what a configuration is besides these."""


def variants(lines: Iterable[Mapping[str, Any]]) -> Results:
    """All results, those of the newest line where a configuration was run twice; a variant names what varies."""
    kept = {line["key"]: line for line in lines}.values()
    configurations = [complete(line["configuration"]) for line in kept]
    varying = _varying(configurations)
    found: Results = defaultdict(lambda: defaultdict(dict))
    for line, configuration in zip(kept, configurations, strict=True):
        name = _name(configuration, varying)
        found[name][configuration["set"], configuration["budget"]][configuration["seed"]] = line["result"]
    return found


def twin(variant: str) -> str:
    """The variant that differs in the strategy alone, which is random there."""
    return " ".join([RANDOM, *variant.split(" ")[1:]])


def paired(ours: Mapping[int, Mapping[str, Any]], theirs: Mapping[int, Mapping[str, Any]], measure: str) -> Difference:
    """Ours less theirs, seed by seed."""
    return difference([ours[seed][measure] - theirs[seed][measure] for seed in sorted(ours.keys() & theirs.keys())])


def difference(differences: Sequence[float]) -> Difference:
    """The mean and its standard error.

    >>> difference([0.1, 0.3])
    Difference(mean=0.2, error=0.1)
    """
    error = stdev(differences) / sqrt(len(differences)) if len(differences) > 1 else float("nan")
    return Difference(round(fmean(differences), 12), round(error, 12))


def labels_needed(points: Sequence[tuple[float, float]], target: float) -> float | None:
    """Labels at which a curve (labels, accuracy) first has the target: linear in the logarithm of labels.

    The first point where it has it already there, None where it never has.

    >>> round(labels_needed([(10, 0.5), (1000, 0.7)], 0.6) or 0)
    100
    """
    ordered = sorted(points)
    if ordered[0][1] >= target:
        return ordered[0][0]
    for (x0, y0), (x1, y1) in pairwise(ordered):
        if y1 >= target > y0:
            return float(x0 * (x1 / x0) ** ((target - y0) / (y1 - y0))) if x0 > 0 else x1
    return None


def means_table(results: Results, measure: str) -> Iterator[str]:
    """A row for each variant and set, a column for each budget: the mean and the standard deviation over seeds."""
    budgets = budgets_of(results)
    yield from head(["variant", "set", *(f"{float(budget):.1%}" for budget in budgets)])
    for variant, cells in results.items():
        for name in sorted({name for name, _ in cells}):
            yield row([variant, name, *(_spread(cells.get((name, budget)), measure) for budget in budgets)])
        columns = [[mean(runs, measure) for (_, at), runs in cells.items() if at == budget] for budget in budgets]
        yield row([variant, "**mean**", *(f"**{fmean(column):.3f}**" if column else "" for column in columns)])


def differences_table(results: Results, measure: str) -> Iterator[str]:
    """The same of the paired differences to random, in points with their standard errors."""
    budgets = budgets_of(results)
    yield from head(["variant", "set", *(f"{float(budget):.1%}" for budget in budgets)])
    for variant, cells in _against_random(results, measure):
        for name in sorted({name for name, _ in cells}):
            shown = [cells.get((name, budget)) for budget in budgets]
            yield row([variant, name, *(f"{100 * d.mean:+.1f} ± {100 * d.error:.1f}" if d else "" for d in shown)])
        columns = [[d.mean for (_, at), d in cells.items() if at == budget] for budget in budgets]
        means = (f"**{100 * fmean(column):+.2f}**" if column else "" for column in columns)
        yield row([variant, "**mean**", *means])


def verdicts(results: Results, measure: str) -> Iterator[str]:
    """For each variant, how many cells are no worse than random."""
    yield from head(["variant", "cells", "≥ 0", "≥ -1 point", "≥ -2 standard errors"])
    for variant, cells in _against_random(results, measure):
        found = list(cells.values())
        shares = [
            fmean(d.mean >= 0 for d in found),
            fmean(d.mean >= -0.01 for d in found),
            fmean(not d.mean < -2 * d.error for d in found),
        ]
        yield row([variant, str(len(found)), *(f"{share:.0%}" for share in shares)])


def needed_table(results: Results, targets: Mapping[str, float], measure: str) -> Iterator[str]:
    """Labels that each variant needs for a target of each set, interpolated over budgets."""
    yield from head(["variant", *(f"{name} ({target:.3f})" for name, target in targets.items())])
    for variant, cells in results.items():
        needed = [_needed(cells, name, target, measure) for name, target in targets.items()]
        yield row([variant, *("never" if labels is None else f"{labels:.0f}" for labels in needed)])


def _needed(cells: Mapping[tuple[str, str], Any], name: str, target: float, measure: str) -> float | None:
    points = [(mean(runs, "asked"), mean(runs, measure)) for (at, _), runs in cells.items() if at == name]
    return labels_needed(points, target) if points else None


def _against_random(results: Results, measure: str) -> Iterator[tuple[str, dict[tuple[str, str], Difference]]]:
    for variant, cells in results.items():
        other = results.get(twin(variant), {}) if not variant.startswith(RANDOM) else {}
        common = {cell: runs for cell, runs in cells.items() if cell in other and runs.keys() & other[cell].keys()}
        if common:
            yield variant, {cell: paired(runs, other[cell], measure) for cell, runs in common.items()}


def _varying(configurations: Sequence[Mapping[str, Any]]) -> list[str]:
    names = configurations[0] if configurations else ()
    fields = [field for field in names if field not in (*_CELL, "seed", "strategy")]
    return [field for field in fields if len({json.dumps(each.get(field)) for each in configurations}) > 1]


def _name(configuration: Mapping[str, Any], varying: Sequence[str]) -> str:
    words = [f"{field}={json.dumps(configuration.get(field), separators=(',', ':'))}" for field in varying]
    return " ".join([configuration["strategy"], *words])


def budgets_of(results: Results) -> list[str]:
    return sorted({budget for cells in results.values() for _, budget in cells}, key=float)


def mean(runs: Mapping[int, Mapping[str, Any]], measure: str) -> float:
    return fmean(run[measure] for run in runs.values())


def _spread(runs: Mapping[int, Mapping[str, Any]] | None, measure: str) -> str:
    if not runs:
        return ""
    values = [run[measure] for run in runs.values()]
    return f"{fmean(values):.3f} ± {stdev(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def head(headings: Sequence[str]) -> Iterator[str]:
    yield row(headings)
    yield row(["---"] * len(headings))


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def figures(line: Mapping[str, Any], *, curve: bool = False) -> dict[str, Any]:
    """A line of results without checkpoints, classes and what is as usual: 400 bytes instead of 10,000.

    ``curve``: with the curve of labels and test accuracy.
    """
    result, configuration = line["result"], line["configuration"]
    kept = {name: _short(result[name]) for name in (*_FIGURES, *["curve"] * curve) if result.get(name) is not None}
    return {**line, "configuration": {k: v for k, v in configuration.items() if v != _USUAL.get(k)}, "result": kept}


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(each) for key, each in value.items()}
    return round(value, 5) if isinstance(value, float) else value


def complete(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """All fields of a configuration, of which what is as usual may be left out."""
    return asdict(Configuration(**configuration))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser("python -m benchmarks.learning.tables", description=__doc__)
    add = parser.add_argument
    add("results", type=Path, nargs="+", help="files that `python -m benchmarks.learning` wrote")
    add("--measure", default=MEASURES[0], help="of a result; such as test_macro_f1")
    add("--script", help="only results of these sources, by the first digits of their hash")
    add("--target", type=_target, action="append", default=[], metavar="SET=ACCURACY")
    add("--keep", type=Path, metavar="FILE", help="write the figures alone there")
    add("--curves", action="store_true", help="keep the curves too")
    options = parser.parse_args(arguments)
    lines = [line for path in options.results for line in Ledger(path).lines()]
    if options.keep is not None:
        options.keep.write_text(
            "".join(json.dumps(figures(line, curve=options.curves)) + "\n" for line in lines), encoding="utf-8"
        )
    results = variants(line for line in lines if line["script"].startswith(options.script or ""))
    measure = options.measure
    tables = {
        f"{measure}, mean ± standard deviation over seeds": means_table(results, measure),
        "Difference to random in points, paired by seed, ± standard error": differences_table(results, measure),
        "Cells no worse than random": verdicts(results, measure),
    }
    if options.target:
        tables["Labels needed"] = needed_table(results, dict(options.target), measure)
    for title, table in tables.items():
        print("\n".join([f"### {title}", "", *table, ""]))


def _target(text: str) -> tuple[str, float]:
    name, _, accuracy = text.partition("=")
    return name, float(accuracy)


if __name__ == "__main__":
    main()
