"""Two learning curves -> how many labels the one saves against the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

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


def _first_reaching(target: float, curve: Curve) -> float | None:
    if curve[0][1] >= target:
        return curve[0][0]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if y1 >= target > y0:
            return round(x0 + (x1 - x0) * (target - y0) / (y1 - y0), 1)
    return None
