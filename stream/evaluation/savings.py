"""Two learning curves -> how many labels the one saves against the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Curve = Sequence[tuple[float, float]]
"""Points (labels asked, test accuracy), labels never falling."""


def labels_saved(curve: Curve, random: Curve) -> dict[str, Any]:
    """How many labels the curve needs to reach what random sampling reaches in the end.

    ``asked`` is the first point, linearly interpolated, at which the curve has that accuracy; None if it never has.

    >>> labels_saved([(0, 0.2), (10, 0.6), (20, 0.8)], [(0, 0.2), (10, 0.5), (20, 0.7)])
    {'to_reach': 0.7, 'asked': 15.0, 'random': 20}
    """
    random_labels, target = random[-1]
    return {"to_reach": target, "asked": _first_reaching(target, curve), "random": random_labels}


def saved_share(curves: Sequence[Curve], random: Sequence[Curve], draws: int = 1_000) -> dict[str, Any]:
    """The labels that the mean curve saves as a share of random sampling's, with a 95% interval over the seeds.

    Curve i of both sides is of one seed, so that seeds are drawn with replacement as pairs (the paired bootstrap,
    percentile interval: Efron, Tibshirani 1993); a draw whose mean curve never gets there saves 0. ``share`` is None
    where the mean curve of all seeds never does; with one seed there is no interval.

    >>> saved_share([[(0, 0.2), (10, 0.6), (20, 0.8)]], [[(0, 0.2), (10, 0.5), (20, 0.7)]])
    {'share': 0.25, 'low': None, 'high': None}
    """
    ours, theirs = np.array(curves, np.float64), np.array(random, np.float64)
    if len(ours) != len(theirs):
        raise ValueError(f"as many curves of random sampling as others, not {len(theirs)} and {len(ours)}")
    share = _share(ours.mean(axis=0), theirs.mean(axis=0))
    if len(ours) < 2:
        return {"share": share, "low": None, "high": None}
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(ours), (draws, len(ours)))
    shares = [_share(ours[seeds].mean(axis=0), theirs[seeds].mean(axis=0)) or 0.0 for seeds in chosen]
    low, high = np.percentile(shares, [2.5, 97.5]).round(4).tolist()
    return {"share": share, "low": low, "high": high}


def _share(curve: Any, random: Any) -> float | None:
    saved = labels_saved(curve.tolist(), random.tolist())
    if saved["asked"] is None or not saved["random"]:
        return None
    return float(round(1 - saved["asked"] / saved["random"], 4))


def _first_reaching(target: float, curve: Curve) -> float | None:
    if curve[0][1] >= target:
        return curve[0][0]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if y1 >= target > y0:
            return round(x0 + (x1 - x0) * (target - y0) / (y1 - y0), 1)
    return None
