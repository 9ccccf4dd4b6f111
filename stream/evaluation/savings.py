"""Two learning curves -> how many labels the one saves against the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import stdtrit

from stream.records import Doubles

Curve = Sequence[tuple[float, float]]
"""Points (labels asked, test accuracy), labels never falling."""
Point = TypeVar("Point")

_EQUAL = 1e-9
"""Accuracies closer than this are one: a mean of equal numbers may differ from them in its last bits."""


def of_equal_points(curves: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Of each curve as many points as the shortest has, evenly chosen, with its first and its last.

    Curves have as many points as their streams have parts, so that those of short streams differ in length.

    >>> of_equal_points(["abcde", "xyz"])
    [['a', 'c', 'e'], ['x', 'y', 'z']]
    """
    fewest = min(map(len, curves))
    return [[curve[place] for place in np.linspace(0, len(curve) - 1, fewest).round().astype(int)] for curve in curves]


def labels_saved(curve: Curve, random: Curve) -> dict[str, Any]:
    """How many labels the curve needs to reach what random sampling reaches in the end, and how many that one needs.

    Both by one rule: the first place, linearly interpolated, at which the curve's monotone fit (isotonic regression:
    Barlow et al. 1972) has that accuracy. The raw curve would get there earlier, by noise. ``asked`` is None for a
    curve that ends below.

    >>> labels_saved([(0, 0.2), (10, 0.6), (20, 0.8)], [(0, 0.2), (10, 0.5), (20, 0.7)])
    {'to_reach': 0.7, 'asked': 15.0, 'random': 20.0}
    """
    target = random[-1][1]
    asked = _reaching(target, np.array(curve, np.float64)) if curve[-1][1] >= target - _EQUAL else None
    return {"to_reach": target, "asked": asked, "random": _reaching(target, np.array(random, np.float64))}


def saved_share(curves: Sequence[Curve], random: Sequence[Curve], draws: int = 1_000) -> dict[str, Any]:
    """The labels that the mean curve saves as a share of random sampling's, with a 95% interval over the seeds.

    ``share`` is below 0 where more are needed, then as a share of its own labels, so that noise goes both ways alike;
    it is None where the mean curve of all seeds never gets there. In the interval the accuracy to reach is then that at
    which the lower of both ends. Curve i of both sides is of one seed, so that seeds are drawn with replacement as
    pairs. From 3 seeds the percentile interval claims a saving for equals in up to 13% of cases; so this one is
    Student's with the paired bootstrap's standard error (Efron, Tibshirani 1993, chapter 12), times sqrt(n / (n - 1)).
    With one seed there is none.

    >>> saved_share([[(0, 0.2), (10, 0.6), (20, 0.8)]], [[(0, 0.2), (10, 0.5), (20, 0.7)]])
    {'share': 0.25, 'low': None, 'high': None}
    """
    if len(curves) != len(random):
        raise ValueError(f"as many curves of random sampling as others, not {len(random)} and {len(curves)}")
    ours, theirs = (np.array(of_equal_points(each), np.float64) for each in (curves, random))
    share, seeds = _share(ours.mean(axis=0), theirs.mean(axis=0)), len(ours)
    told = share if ours[:, -1, 1].mean() >= theirs[:, -1, 1].mean() - _EQUAL else None
    if seeds < 2:
        return {"share": told, "low": None, "high": None}
    chosen = np.random.default_rng(0).integers(0, seeds, (draws, seeds))
    drawn = [_share(ours[each].mean(axis=0), theirs[each].mean(axis=0)) for each in chosen]
    margin = stdtrit(seeds - 1, 0.975) * np.std(drawn) * np.sqrt(seeds / (seeds - 1))
    low, high = np.clip([share - margin, share + margin], -1, 1).round(4).tolist()
    return {"share": told, "low": low, "high": high}


def _share(curve: Doubles, random: Doubles) -> float:
    """From -1 to 1; exchanging the two turns its sign."""
    target = min(curve[-1, 1], random[-1, 1])
    ours, theirs = _reaching(target, curve), _reaching(target, random)
    return round((theirs - ours) / max(ours, theirs), 4) if ours != theirs else 0.0


def _reaching(target: float, curve: Doubles) -> float:
    """The labels at which the fit of a curve that does not end below has this accuracy, to a tenth."""
    labels, fitted = curve[:, 0], isotonic_regression(curve[:, 1]).x
    at = int(np.argmax(fitted >= target - _EQUAL))
    if at == 0:
        return float(labels[0])
    part = min(1.0, (target - fitted[at - 1]) / (fitted[at] - fitted[at - 1]))
    return round(float(labels[at - 1] + part * (labels[at] - labels[at - 1])), 1)
