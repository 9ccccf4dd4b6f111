"""Columns of numbers -> a Prometheus histogram: observed a batch at a time, where one at a time would cost more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector


class Distribution(Collector):
    """A histogram without labels; ``bounds`` are the upper ends of its buckets, ascending, without infinity.

    >>> registry = CollectorRegistry()
    >>> Distribution("age", "Age of something.", [1.0, 10.0], registry).observe([0.5, 1.0, 20.0])
    >>> registry.get_sample_value("age_bucket", {"le": "1.0"}), registry.get_sample_value("age_sum")
    (2, 21.5)
    """

    def __init__(self, name: str, meaning: str, bounds: Sequence[float], registry: CollectorRegistry) -> None:
        self._name, self._meaning = name, meaning
        self._bounds = np.array(bounds)
        self._ends = [*map(str, bounds), "+Inf"]
        self._counts = np.zeros(len(self._ends), np.int64)
        self._sum = 0.0
        registry.register(self)

    def observe(self, values: ArrayLike) -> None:
        """Take these numbers, (n,)."""
        column = np.asarray(values, np.float64)
        buckets = np.searchsorted(self._bounds, column)
        counts = self._counts + np.bincount(buckets, minlength=len(self._ends))
        # One assignment each: a scrape in another thread sees the column before or behind, not half of it.
        self._counts, self._sum = counts, self._sum + float(column.sum())

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """The histogram as of now."""
        buckets = list(zip(self._ends, np.cumsum(self._counts).tolist(), strict=True))
        return [HistogramMetricFamily(self._name, self._meaning, buckets, self._sum)]
