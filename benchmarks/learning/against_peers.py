"""Results of ours and of peers -> in how many cells ours is better, and how few labels it needs for what they reach.

`python -m benchmarks.learning.against_peers RESULTS... --help`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from statistics import fmean, median
from typing import Any, NamedTuple

from benchmarks.learning.ledger import Ledger
from benchmarks.learning.tables import MEASURES, RANDOM, Results, head, labels_needed, mean, paired, row, variants

BEST = "the best of them"
LIBRARY = "scikit-activeml"


class Target(NamedTuple):
    """What the best configuration of a library reached on a set, with how many labels, in which seeds."""

    peer: str
    accuracy: float
    labels: float
    seeds: frozenset[int]


def cells_table(results: Results, measure: str) -> Iterator[str]:
    """For each of ours and each peer: in how many (set, budget) ours is better, by how many points, and the worst."""
    yield from head(["ours", "peer", "cells", "ours better", "mean difference", "worst"])
    rivals = {name: cells for name, cells in results.items() if "/" in name}
    for variant, cells in results.items():
        if variant in rivals or variant.startswith(RANDOM):
            continue
        for name, theirs in {**rivals, BEST: best_of(rivals, measure)}.items():
            by_cell = {cell: paired(cells[cell], theirs[cell], measure).mean for cell in cells.keys() & theirs.keys()}
            if by_cell:
                worst = min(by_cell, key=lambda cell: by_cell[cell])
                better = fmean(difference > 0 for difference in by_cell.values())
                told = f"{100 * by_cell[worst]:+.1f} ({worst[0]}, {float(worst[1]):.0%})"
                by = f"{100 * fmean(by_cell.values()):+.1f}"
                yield row([variant, _peer(name), str(len(by_cell)), f"{better:.0%}", by, told])


def best_of(rivals: Results, measure: str) -> dict[tuple[str, str], dict[int, dict[str, Any]]]:
    """The runs of the best of several variants in each cell."""
    cells = {cell for each in rivals.values() for cell in each}
    return {
        cell: max((each[cell] for each in rivals.values() if cell in each), key=lambda runs: mean(runs, measure))
        for cell in cells
    }


def targets(results: Results, budget: str, measure: str, library: str = LIBRARY) -> dict[str, Target]:
    """For each set what the library's best configuration reached at a budget."""
    found: dict[str, Target] = {}
    for variant, cells in results.items():
        for (name, at), runs in cells.items():
            if variant.startswith(f"{library}/") and at == budget:
                target = Target(variant, mean(runs, measure), mean(runs, "asked"), frozenset(runs))
                found[name] = max(found.get(name, target), target, key=lambda each: each.accuracy)
    return dict(sorted(found.items()))


def shares_needed(results: Results, goals: Mapping[str, Target], measure: str) -> dict[str, dict[str, float]]:
    """For each of ours and each set: labels needed for the goal as a share of those that the peer asked.

    Inf where the goal was never reached. Only seeds that the peer has count, so that both are tested on the same texts.
    """
    shares: dict[str, dict[str, float]] = {}
    for variant, cells in results.items():
        if "/" in variant:
            continue
        for name, goal in goals.items():
            runs = [
                [run for seed, run in cell.items() if seed in goal.seeds]
                for (at, _), cell in cells.items()
                if at == name
            ]
            points = [(fmean(r["asked"] for r in each), fmean(r[measure] for r in each)) for each in runs if each]
            if len(points) > 1:
                needed = labels_needed(points, goal.accuracy)
                shares.setdefault(variant, {})[name] = inf if needed is None else needed / goal.labels
    return shares


def needed_table(results: Results, budget: str, measure: str) -> Iterator[str]:
    """A row for each set: the library's best, what it reached, and the share of its labels that each of ours needs."""
    goals = targets(results, budget, measure)
    shares = shares_needed(results, goals, measure)
    yield from head(["set", "best peer", measure, "labels", *shares])
    for name, goal in goals.items():
        own = [f"{each[name]:.2f}" if name in each else "" for each in shares.values()]
        yield row([name, _peer(goal.peer), f"{goal.accuracy:.3f}", f"{goal.labels:.0f}", *own])
    yield row(["**median**", "", "", "", *(f"**{median(each.values()):.2f}**" for each in shares.values())])
    yield row(["**highest**", "", "", "", *(f"**{max(each.values()):.2f}**" for each in shares.values())])


def _peer(variant: str) -> str:
    """Its name alone: peers know no class names, whatever else varies."""
    return variant if variant == BEST else variant.split(" ")[0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser("python -m benchmarks.learning.against_peers", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="files that `python -m benchmarks.learning` wrote")
    parser.add_argument("--measure", default=MEASURES[0], help="of a result; such as test_macro_f1")
    parser.add_argument("--budgets", default="0.1", help="at which the peers' results are aimed at, between commas")
    options = parser.parse_args(arguments)
    results = variants(line for path in options.results for line in Ledger(path).lines())
    print("\n".join(["### Ours less peers, in points", "", *cells_table(results, options.measure), ""]))
    for budget in options.budgets.split(","):
        table = needed_table(results, budget, options.measure)
        print("\n".join([f"### Labels needed for what {LIBRARY}'s best has at {float(budget):.0%}", "", *table, ""]))


if __name__ == "__main__":
    main()
