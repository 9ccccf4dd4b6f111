"""A signal -> stable, warning or drift: the contract of a drift detector."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum

from stream.records import Entry


class DriftState(StrEnum):
    """What a detector thinks of its signal."""

    STABLE = "stable"
    WARNING = "warning"
    DRIFT = "drift"


class Detector(ABC):
    """Watches one number in [0, 1] whose rise means that the model knows the stream less well than it did."""

    name: str = ""
    """As users know it: that of its module."""

    @abstractmethod
    def update(self, value: float) -> bool:
        """Take the next value; True where this one completes the evidence for a rise (an alarm), never for a fall."""

    @abstractmethod
    def forget(self) -> None:
        """Begin anew: the values so far are not to be compared with the next ones. An alarm is held on."""

    @property
    @abstractmethod
    def state(self) -> DriftState:
        """DRIFT for a while after an alarm, else WARNING or STABLE."""

    @property
    @abstractmethod
    def statistic(self) -> float:
        """What is watched, for a dashboard: the estimate of the signal's mean.

        Where nothing is remembered, as after `forget`, the last value, and 0 before the first.
        """

    @abstractmethod
    def save(self) -> Entry:
        """All that later answers depend on."""

    @abstractmethod
    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
