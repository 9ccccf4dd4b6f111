"""Utilities and audit answers -> alarms: the signals that are watched for drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

from stream.drift.base import Detector, DriftState
from stream.records import Changes, Entry, State

UTILITY = "utility"
UNCERTAINTY = "uncertainty"
AUDIT_ERROR = "audit_error"
SIGNALS = (UTILITY, UNCERTAINTY, AUDIT_ERROR)
MEAN_TEXTS = 32
"""The first two signals are means over this many consecutive texts: cheaper to watch, and as telling."""
_ALARMS_KEPT = 100


class Alarm(NamedTuple):
    """A drift that was noticed: on which signal, and after how many texts of the stream."""

    signal: str
    texts: int


class Signals:
    """Feeds each signal's detector; a rise means texts unlike the known ones, or a model that errs more.

    ``utility`` is the strategy's, so it says little where that looks at more than the model, or not at it at all;
    ``uncertainty`` is the entropy of the predicted classes as a share of its maximum, whatever the strategy;
    ``audit_error`` is 1 where an audit answer differs from the prediction.
    """

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        if set(detectors) != set(SIGNALS):
            raise ValueError(f"one detector for each of {', '.join(SIGNALS)}, not for {sorted(detectors)}")
        self._detectors = dict(detectors)
        self._texts = 0
        self._sums = {UTILITY: 0.0, UNCERTAINTY: 0.0}
        self.alarms: list[Alarm] = []

    def scored(self, utilities: Sequence[float], uncertainties: Sequence[float], texts: int) -> None:
        """Take the utilities and uncertainties of the texts that follow the first ``texts``."""
        start = 0
        while start < len(utilities):
            end = min(len(utilities), start + MEAN_TEXTS - self._texts)
            for signal, values in ((UTILITY, utilities), (UNCERTAINTY, uncertainties)):
                # One after the other, unlike `sum` of Python 3.12: so the sum of a cut batch is the same.
                self._sums[signal] = reduce(add, values[start:end], self._sums[signal])
            self._texts += end - start
            if self._texts == MEAN_TEXTS:
                for signal, total in self._sums.items():
                    self._update(signal, total / MEAN_TEXTS, texts + end)
                self._texts, self._sums = 0, dict.fromkeys(self._sums, 0.0)
            start = end

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
        fields = {"texts": self._texts, "sums": dict(self._sums), "alarms": [list(alarm) for alarm in self.alarms]}
        changes: Changes = {f"drift/detector/{signal}": detector.save() for signal, detector in self._detectors.items()}
        return changes | {"drift/signals": Entry(fields)}

    def restore(self, state: State) -> None:
        """Go on from what `changes` returned."""
        for signal, detector in self._detectors.items():
            if (entry := state.get(f"drift/detector/{signal}")) is not None:
                detector.restore(entry)
        if (entry := state.get("drift/signals")) is not None:
            self._texts, self._sums = entry.fields["texts"], dict(entry.fields["sums"])
            self.alarms = [Alarm(*alarm) for alarm in entry.fields["alarms"]]
