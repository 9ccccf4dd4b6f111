"""A detector of river's -> one whose memory is known, so that it can be saved, bounded, and told rises from falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stream.drift.base import Detector, DriftState
from stream.records import Entry


class Rebased(Detector):
    """One of river's detectors, checked at every value; alarms where the mean rose, and is silent where it fell.

    river's detectors hide their memory, so all that this one was fed is kept here. After a change a new one is built
    from the values since the change, and after ``2 * rebase`` values from the last ``rebase``: live as well as after a
    restore, so that both run one course.

    Parameters
    ----------
    name
        As users know it.
    build
        Makes one of river's detectors.
    scale
        What values in [0, 1] are multiplied by before it sees them.
    rebase
        Values that a new detector is built from; at most twice as many are remembered.
    hold
        Values for which the state stays DRIFT after an alarm.
    """

    def __init__(
        self, name: str, build: Callable[[], Any], scale: float = 1.0, rebase: int = 500, hold: int = 30
    ) -> None:
        if min(rebase, hold) < 1:
            raise ValueError(f"counts are at least 1, not {rebase} and {hold}")
        self.name = name
        self._build = build
        self._scale = scale
        self._rebase = rebase
        self._hold = hold
        self._held = 0
        self._last = 0.0
        self._begin([])

    def update(self, value: float) -> bool:
        """Take the next value, in [0, 1]."""
        if len(self._fed) >= 2 * self._rebase:
            self._begin(self._fed[-self._rebase :])
        self._feed(value)
        self._held = max(0, self._held - 1)
        if not self._river.drift_detected:
            return False
        rose, since = _change(self._fed)
        self._begin(self._fed[since:])
        if rose:
            self._held = self._hold
        return rose

    def forget(self) -> None:
        """Begin anew; an alarm is held on."""
        self._begin([])

    @property
    def state(self) -> DriftState:
        """DRIFT at an alarm and for ``hold`` values from it on, else what river's says; some never warn."""
        if self._held:
            return DriftState.DRIFT
        return DriftState.WARNING if getattr(self._river, "warning_detected", False) else DriftState.STABLE

    @property
    def statistic(self) -> float:
        """The mean of what is remembered, at most since the last change; where that is nothing, the last value or 0."""
        return sum(self._fed) / len(self._fed) if self._fed else self._last

    def save(self) -> Entry:
        """The values that the present detector was fed, the last one, and for how long an alarm is still held."""
        return Entry({"held": self._held, "last": self._last}, {"fed": np.array(self._fed, np.float64)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._held, self._last = entry.fields["held"], entry.fields.get("last", 0.0)
        self._begin(entry.arrays["fed"].tolist())

    def _begin(self, values: Sequence[float]) -> None:
        self._river = self._build()
        self._fed: list[float] = []
        for value in values:
            self._feed(value)

    def _feed(self, value: float) -> None:
        self._fed.append(value)
        self._last = value
        self._river.update(value * self._scale)


def require(delta: float, numbers_per_value: int) -> None:
    """What every detector asks of its settings. Raises ValueError."""
    if not 0 < delta < 1:
        raise ValueError(f"delta is between 0 and 1, not {delta}")
    if numbers_per_value < 1:
        raise ValueError(f"a value is the mean of at least one number, not {numbers_per_value}")


def _change(values: Sequence[float]) -> tuple[bool, int]:
    """Where the mean most clearly changed, and whether it rose there.

    river tells neither; this is the cut at which the cumulative sum of deviations, in units of its spread, is largest.
    """
    array = np.array(values)
    before = np.arange(1, len(array))
    deviation = np.cumsum(array - array.mean())[:-1] / np.sqrt(before * (len(array) - before))
    cut = int(np.abs(deviation).argmax())
    return bool(deviation[cut] < 0), cut + 1
