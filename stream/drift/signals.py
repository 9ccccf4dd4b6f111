"""Utilities and audit answers -> alarms: the signals that are watched for drift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from stream.drift.base import Detector, DriftState
from stream.records import Changes, Entry, State

UTILITY = "utility"
AUDIT_ERROR = "audit_error"
UTILITY_TEXTS = 32
"""The utility signal is the mean of this many consecutive texts: cheaper to watch, and as telling."""
_ALARMS_KEPT = 100


class Alarm(NamedTuple):
    """A drift that was noticed: on which signal, and after how many texts of the stream."""

    signal: str
    texts: int


class Signals:
    """Feeds each signal's detector: the mean utility (a rise: texts unlike the known ones) and the audited error."""

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        if set(detectors) != {UTILITY, AUDIT_ERROR}:
            raise ValueError(f"one detector each for {UTILITY} and {AUDIT_ERROR}, not for {sorted(detectors)}")
        self._detectors = dict(detectors)
        self._utilities: list[float] = []
        self.alarms: list[Alarm] = []

    def scored(self, utilities: Iterable[float], texts: int) -> None:
        """Take the utilities of the texts that follow the first ``texts``."""
        for count, utility in enumerate(utilities, texts + 1):
            self._utilities.append(utility)
            if len(self._utilities) == UTILITY_TEXTS:
                self._update(UTILITY, sum(self._utilities) / UTILITY_TEXTS, count)
                self._utilities.clear()

    def audited(self, correct: bool, texts: int) -> None:
        """Take the answer to an audit request, and how many texts have come by now."""
        self._update(AUDIT_ERROR, float(not correct), texts)

    def states(self) -> dict[str, DriftState]:
        """What each signal's detector thinks."""
        return {signal: detector.state for signal, detector in self._detectors.items()}

    def statistics(self) -> dict[str, float]:
        """Each signal's watched mean."""
        return {signal: detector.statistic for signal, detector in self._detectors.items()}

    def _update(self, signal: str, value: float, texts: int) -> None:
        if self._detectors[signal].update(value):
            self.alarms = [*self.alarms, Alarm(signal, texts)][-_ALARMS_KEPT:]

    def changes(self) -> Changes:
        """Every detector's state, and what is not yet in one."""
        fields = {"utilities": list(self._utilities), "alarms": [list(alarm) for alarm in self.alarms]}
        return {"drift/signals": Entry(fields)} | {
            f"drift/detector/{signal}": detector.save() for signal, detector in self._detectors.items()
        }

    def restore(self, state: State) -> None:
        """Go on from what `changes` returned."""
        for signal, detector in self._detectors.items():
            if (entry := state.get(f"drift/detector/{signal}")) is not None:
                detector.restore(entry)
        if (entry := state.get("drift/signals")) is not None:
            self._utilities = list(entry.fields["utilities"])
            self.alarms = [Alarm(*alarm) for alarm in entry.fields["alarms"]]
