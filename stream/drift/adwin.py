"""A signal -> alarm when its mean rose: ADWIN (Bifet, Gavalda 2007), with a memory that can be saved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from river.drift import ADWIN

from stream.drift.base import Detector, DriftState
from stream.records import Entry


class RebasedAdwin(Detector):
    """river's ADWIN, checked at every value; alarms where the mean rose, and is silent where it fell.

    river's detector hides its memory, so all that it was fed is kept here. After a change a new one is built from the
    values since the change, and after ``2 * rebase`` values from the last ``rebase``: live as well as after a restore,
    so that both run one course.

    Parameters
    ----------
    delta
        How likely a false alarm may be at any value, by ADWIN's bound; in practice far less.
    numbers_per_value
        How many numbers in [0, 1] each value is the mean of. ADWIN's bound does not know that means scatter less: told
        so, it notices a step after as many numbers as if it had been fed each of them.
    rebase
        Values that a new detector is built from; at most twice as many are compared.
    hold
        Values for which the state stays DRIFT after an alarm. It is never WARNING: ADWIN has one threshold.

    Examples
    --------
    >>> detector = RebasedAdwin()
    >>> [place for place, error in enumerate([0.0] * 100 + [1.0] * 100) if detector.update(error)]
    [115]
    """

    def __init__(self, delta: float = 0.002, numbers_per_value: int = 1, rebase: int = 500, hold: int = 30) -> None:
        if not 0 < delta < 1:
            raise ValueError(f"delta is between 0 and 1, not {delta}")
        if min(numbers_per_value, rebase, hold) < 1:
            raise ValueError(f"counts are at least 1, not {numbers_per_value}, {rebase} and {hold}")
        self._delta = delta
        self._scale = float(numbers_per_value)
        self._rebase = rebase
        self._hold = hold
        self._held = 0
        self._begin([])

    def update(self, value: float) -> bool:
        """Take the next value, in [0, 1]."""
        if len(self._fed) >= 2 * self._rebase:
            self._begin(self._fed[-self._rebase :])
        self._feed(value)
        self._held = max(0, self._held - 1)
        if not self._adwin.drift_detected:
            return False
        rose, since = _change(self._fed)
        self._begin(self._fed[since:])
        if rose:
            self._held = self._hold
        return rose

    @property
    def state(self) -> DriftState:
        """DRIFT at an alarm and for ``hold`` values from it on, else STABLE."""
        return DriftState.DRIFT if self._held else DriftState.STABLE

    @property
    def statistic(self) -> float:
        """The mean since the last change; 0 before any value."""
        return self._adwin.estimation / self._scale

    def save(self) -> Entry:
        """The values that the present detector was fed, and for how long an alarm is still held."""
        return Entry({"held": self._held}, {"fed": np.array(self._fed, np.float64)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._held = entry.fields["held"]
        self._begin(entry.arrays["fed"].tolist())

    def _begin(self, values: Sequence[float]) -> None:
        self._adwin = ADWIN(delta=self._delta, clock=1)  # type: ignore[no-untyped-call]  # river's is untyped
        self._fed: list[float] = []
        for value in values:
            self._feed(value)

    def _feed(self, value: float) -> None:
        self._fed.append(value)
        self._adwin.update(value * self._scale)  # type: ignore[no-untyped-call]  # river's is untyped


def _change(values: Sequence[float]) -> tuple[bool, int]:
    """Where the mean most clearly changed, and whether it rose there.

    river tells neither; this is the cut at which the cumulative sum of deviations, in units of its spread, is largest.
    """
    array = np.array(values)
    before = np.arange(1, len(array))
    deviation = np.cumsum(array - array.mean())[:-1] / np.sqrt(before * (len(array) - before))
    cut = int(np.abs(deviation).argmax())
    return bool(deviation[cut] < 0), cut + 1
