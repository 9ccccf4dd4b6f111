"""What was measured -> JSON on stdout, for `python -m benchmarks` to keep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """The median of ``runs``; ``target`` is the least that it should be, None where nothing was promised."""

    name: str
    unit: str
    runs: Sequence[float]
    target: float | None = None

    @property
    def value(self) -> float:
        return median(self.runs)


def say(figures: Sequence[Figure], settings: Mapping[str, Any]) -> None:
    """Print figures, and what they were measured with."""
    rows = [{**figure._asdict(), "value": figure.value} for figure in figures]
    print(json.dumps({"settings": dict(settings), "figures": rows}))
