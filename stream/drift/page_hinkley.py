"""A signal -> alarm when it lay above its mean for long: Page-Hinkley (Page 1954, Hinkley 1971)."""

from __future__ import annotations

from functools import partial
from math import log

from stream.drift.rebased import Rebased, require
from stream.river_parts import river_part


def page_hinkley(
    delta: float = 0.002, numbers_per_value: int = 1, margin: float = 0.05, rebase: int = 500, hold: int = 30
) -> Rebased:
    """The cumulative sum of ``number - mean - margin``: alarms where it rose by a threshold above its least value.

    For numbers in [0, 1] whose mean stands still and is known, exp(8 margin x sum) is a supermartingale (Hoeffding's
    lemma), so that the sum ever rises by h from any one place with a probability of at most exp(-8 margin h): the
    threshold is the h at which that is ``delta``. Rises by less than ``margin`` are let pass. It never warns.

    >>> detector = page_hinkley()
    >>> [place for place, error in enumerate([0.0] * 100 + [1.0] * 100) if detector.update(error)]
    [117]
    """
    require(delta, numbers_per_value)
    if not 0 < margin < 1:
        raise ValueError(f"the margin is between 0 and 1, not {margin}")
    threshold = log(1 / delta) / (8 * margin)
    build = partial(
        river_part("river.drift.page_hinkley", "PageHinkley"),
        delta=margin * numbers_per_value,
        threshold=threshold,
        mode="up",
    )
    return Rebased("page_hinkley", build, numbers_per_value, rebase, hold)
