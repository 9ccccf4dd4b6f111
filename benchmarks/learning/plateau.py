"""Results with curves -> whether "plateau" is said when twice as many labels no longer gain a point.

`python -m benchmarks.learning.plateau RESULTS... --help`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

from benchmarks.learning.ledger import Ledger
from benchmarks.learning.tables import head, row
from stream.evaluation.labelling_state import Labelling

GAIN = 0.01
_SMOOTHED_POINTS = 5

Curve = Sequence[tuple[float, float]]
"""Labels and test accuracy, as labels come."""


class Verdict(NamedTuple):
    """At how many labels a run was first told of a plateau, if ever; whether too early, and whether soon enough.

    Either is None where it cannot be told, as the run has too few labels.
    """

    said: int | None
    early: bool | None
    soon: bool | None


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """The mean of several, smoothed over five neighbouring points."""
    labels, accuracies = np.array(curves, dtype=float).mean(axis=0).T
    half = _SMOOTHED_POINTS // 2
    smooth = [accuracies[max(0, place - half) : place + half + 1].mean() for place in range(len(accuracies))]
    return list(zip(labels.tolist(), np.array(smooth).tolist(), strict=True))


def flat_from(curve: Curve, gain: float = GAIN) -> float | None:
    """Labels from which on doubling gains less, up to half of the curve's end; None where it still gains there.

    >>> flat_from([(10, 0.5), (20, 0.6), (40, 0.605), (80, 0.606)])
    20.0
    """
    labels, accuracies = (np.array(column, dtype=float) for column in zip(*curve, strict=True))
    points = [place for place, many in enumerate(labels) if 0 < 2 * many <= labels[-1]]
    if not points:
        return None
    doubled = np.interp(np.log(2 * labels[points]), np.log(np.maximum(labels, 1)), accuracies)
    gains = doubled - accuracies[points]
    steep = [place for place, more in enumerate(gains) if more >= gain]
    if not steep:
        return float(labels[points[0]])
    return float(labels[points[steep[-1] + 1]]) if steep[-1] + 1 < len(points) else None


def judge(labelling: Sequence[tuple[int, str]], flat: float | None, labels: float) -> Verdict:
    """One run of so many ``labels``, whose curve is flat from some point on."""
    said = next((at for at, state in labelling if state == Labelling.PLATEAU), None)
    if said is None:
        return Verdict(None, False, False if flat is not None and labels >= 2 * flat else None)
    if flat is None:
        return Verdict(said, True if said <= labels / 2 else None, None)
    return Verdict(said, said < flat, said <= 2 * flat)


def judged(lines: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[float | None, list[Verdict]]]:
    """For each set, strategy and budget the point from which its mean curve is flat, and each run's verdict."""
    runs: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for line in lines:
        configuration = line["configuration"]
        names = ", names" * configuration.get("names", False)
        told = f"{configuration['strategy']}{names}, {float(configuration['budget']):.0%}"
        runs[configuration["set"], told].append(line["result"])
    found = {}
    for cell, results in sorted(runs.items()):
        flat = flat_from(mean_curve([result["curve"] for result in results]))
        found[cell] = (flat, [judge(result["labelling"], flat, result["asked"]) for result in results])
    return found


def plateau_table(found: Mapping[tuple[str, str], tuple[float | None, list[Verdict]]]) -> Iterator[str]:
    """A row for each set, and how many of all runs are told no earlier, and within twice that point."""
    yield from head(["set", "runs", "flat from", "said at", "too early", "within twice"])
    for (name, told), (flat, verdicts) in found.items():
        said = ", ".join("never" if each.said is None else str(each.said) for each in verdicts)
        shares = [_share([each.early for each in verdicts]), _share([each.soon for each in verdicts])]
        yield row([name, told, "later" if flat is None else f"{flat:.0f}", said, *shares])
    every = [each for _, verdicts in found.values() for each in verdicts]
    yield row(["**all**", "", "", "", _share([each.early for each in every]), _share([each.soon for each in every])])


def _share(known: Sequence[bool | None]) -> str:
    told = [each for each in known if each is not None]
    return f"{sum(told)} of {len(told)}" + (f" ({fmean(told):.0%})" if told else "")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser("python -m benchmarks.learning.plateau", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="files that `python -m benchmarks.learning` wrote")
    options = parser.parse_args(arguments)
    print("\n".join(plateau_table(judged(line for path in options.results for line in Ledger(path).lines()))))


if __name__ == "__main__":
    main()
