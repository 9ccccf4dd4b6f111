"""A signal -> alarm when its weighted average rose: HDDM-W (Frias-Blanco et al. 2015)."""

from __future__ import annotations

from functools import partial
from math import sqrt

from stream.drift.rebased import Rebased, require
from stream.river_parts import river_part


def hddm_w(delta: float = 0.002, numbers_per_value: int = 1, rebase: int = 500, hold: int = 30) -> Rebased:
    """Exponentially weighted averages before and after the best cut, by McDiarmid's bound: for gradual rises too.

    It was made for errors, yet its bound holds for all numbers in [0, 1]; means of several scatter less, and are
    stretched by the root of ``numbers_per_value``, so that the bound fits them too. Warns beyond the bound at the root
    of ``delta``.

    >>> detector = hddm_w()
    >>> [place for place, error in enumerate([0.0] * 100 + [1.0] * 100) if detector.update(error)]
    [112]
    """
    require(delta, numbers_per_value)
    build = partial(
        river_part("river.drift.binary.hddm_w", "HDDMW"), drift_confidence=delta, warning_confidence=sqrt(delta)
    )
    return Rebased("hddm_w", build, sqrt(numbers_per_value), rebase, hold)
