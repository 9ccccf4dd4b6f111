"""A signal -> alarm when its last values are distributed otherwise: KSWIN (Raab, Heusinger, Schleif 2020)."""

from __future__ import annotations

from functools import partial

from stream.drift.rebased import Rebased, require
from stream.river_parts import river_part

_TESTS_PER_WINDOW = 50


def kswin(delta: float = 0.002, numbers_per_value: int = 1, rebase: int = 500, hold: int = 30) -> Rebased:
    """Kolmogorov and Smirnov's test of the last 30 values against 30 drawn from the 70 before them, at every value.

    It asks nothing of the values' scale, so means need not be declared (``numbers_per_value`` changes nothing); of
    errors, which are 0 or 1, it sees little. Its level is ``delta`` / 50 at each test, as tests of one window overlap.
    It never warns.

    >>> detector = kswin()
    >>> [place for place, level in enumerate([0.25] * 100 + [0.75] * 100) if detector.update(level)]
    [117]
    """
    require(delta, numbers_per_value)
    return Rebased(
        "kswin",
        partial(river_part("river.drift.kswin", "KSWIN"), alpha=delta / _TESTS_PER_WINDOW, seed=0),
        1.0,
        rebase,
        hold,
    )
