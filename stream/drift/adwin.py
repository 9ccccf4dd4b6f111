"""A signal -> alarm when its mean rose: ADWIN (Bifet, Gavalda 2007)."""

from __future__ import annotations

from functools import partial

from stream.drift.rebased import Rebased, require
from stream.river_parts import river_part


def adwin(delta: float = 0.002, numbers_per_value: int = 1, rebase: int = 500, hold: int = 30) -> Rebased:
    """ADWIN, checked at every value: compares all ways to cut its window in two. It never warns.

    Parameters
    ----------
    delta
        How likely a false alarm may be at any value, by ADWIN's bound; in practice far less.
    numbers_per_value
        How many numbers in [0, 1] each value is the mean of. ADWIN's bound does not know that means scatter less: told
        so, it notices a step after as many numbers as if it had been fed each of them.
    rebase, hold
        See `Rebased`.

    Examples
    --------
    >>> detector = adwin()
    >>> [place for place, error in enumerate([0.0] * 100 + [1.0] * 100) if detector.update(error)]
    [115]
    """
    require(delta, numbers_per_value)
    return Rebased(
        "adwin",
        partial(river_part("river.drift.adwin", "ADWIN"), delta=delta, clock=1),
        numbers_per_value,
        rebase,
        hold,
    )
