"""Results -> what late, wrong or missing answers, wrong names and late classes cost, beside the same runs without them.

`python -m benchmarks.learning.costs RESULTS... --help`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.learning.grid import Configuration
from benchmarks.learning.ledger import Ledger
from benchmarks.learning.tables import MEASURES, difference, head, row

AFTER_CHANGE = "changed_accuracy"
_USUAL = {each.name: each.default for each in fields(Configuration)}
_IMPERFECT = ("latency", "noise", "unanswered")

Runs = dict[tuple[str, int], tuple[float, float]]
"""(Set, seed) -> the measure with and without the imperfection."""


def usual(configuration: Configuration) -> Configuration:
    """The run that a run is to be compared with.

    Answers are right and come after 200 texts, settings are the defaults; where names are wrong there are none; where
    classes come late they were there from the start.
    """
    return replace(
        configuration,
        **{name: _USUAL[name] for name in _IMPERFECT},
        settings={},
        rotated=False,
        names=configuration.names and not configuration.rotated,
        late_known=configuration.late_classes > 0,
    )


def compared(lines: Iterable[Mapping[str, Any]], measure: str) -> dict[str, Runs]:
    """For each thing that can be wrong, with strategy and budget: its runs beside the usual ones."""
    kept = [(Configuration(**line["configuration"]), line["result"]) for line in lines]
    by_key = {configuration.key: result for configuration, result in kept}
    found: dict[str, Runs] = defaultdict(dict)
    for configuration, result in kept:
        other = usual(configuration)
        measured = AFTER_CHANGE if configuration.late_classes else measure
        if other.key in by_key and other.key != configuration.key:
            pair = (result[measured], by_key[other.key][measured])
            found[_told(configuration, other)][configuration.set, configuration.seed] = pair
    return found


def _told(configuration: Configuration, other: Configuration) -> str:
    own, theirs = asdict(configuration), asdict(other)
    differing = [f"{name} {value}" for name, value in own.items() if value != theirs[name] and name != "names"]
    names = ", names" * configuration.names
    return f"{configuration.strategy}{names}, {float(configuration.budget):.1%}: {', '.join(differing)}"


def costs_table(found: Mapping[str, Runs]) -> Iterator[str]:
    """A row for each: the mean of the sets with and without, the difference in points with its error, the worst set."""
    yield from head(["what", "sets", "seeds", "with", "without", "difference", "worst set"])
    for what, runs in found.items():
        names, seeds = sorted({name for name, _ in runs}), sorted({seed for _, seed in runs})
        of_set = {name: fmean(a - b for (at, _), (a, b) in runs.items() if at == name) for name in names}
        of_seed = [fmean(a - b for (_, at), (a, b) in runs.items() if at == seed) for seed in seeds]
        worst, told = min(of_set, key=lambda name: of_set[name]), difference(of_seed)
        means = [f"{fmean(pair[side] for pair in runs.values()):.3f}" for side in (0, 1)]
        points = f"{100 * told.mean:+.1f} ± {100 * told.error:.1f}"
        yield row([what, str(len(names)), str(len(seeds)), *means, points, f"{100 * of_set[worst]:+.1f} ({worst})"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser("python -m benchmarks.learning.costs", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="files that `python -m benchmarks.learning` wrote")
    parser.add_argument("--measure", default=MEASURES[0], help="of a result; such as test_macro_f1")
    options = parser.parse_args(arguments)
    lines = [line for path in options.results for line in Ledger(path).lines()]
    print("\n".join(costs_table(compared(lines, options.measure))))


if __name__ == "__main__":
    main()
