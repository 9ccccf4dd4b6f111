"""Texts, predictions and audit answers -> alarms: the signals that are watched for drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from statistics import fmean
from typing import NamedTuple

from stream.class_change import ClassChange
from stream.drift.base import Detector, DriftState
from stream.drift.class_mix import ClassMix
from stream.drift.embedding_shift import EmbeddingShift
from stream.records import Changes, Entry, Floats, State

UTILITY = "utility"
UNCERTAINTY = "uncertainty"
AUDIT_ERROR = "audit_error"
EMBEDDING_SHIFT = "embedding_shift"
SEPARATION = "separation"
CLASS_MIX = "class_mix"
SIGNALS = (UTILITY, UNCERTAINTY, AUDIT_ERROR, EMBEDDING_SHIFT, SEPARATION, CLASS_MIX)
MEAN_TEXTS = 32
"""The first two signals are means over this many consecutive texts: cheaper to watch, and as telling."""
_ALARMS_KEPT = 100
_AS_USUAL = 0.5


class Alarm(NamedTuple):
    """A drift that was noticed: on which signal, and after how many texts of the stream."""

    signal: str
    texts: int


class Signals:
    """Feeds each signal's detector; a rise means texts unlike the known ones, or a model that errs more.

    A refit changes what the model says of all texts, which is no drift. So ``utility``, the strategy's, is compared
    with what it was since the last refit, and ``uncertainty`` is by how much the entropy of the predicted classes, a
    share of its maximum, exceeds that of the texts before the last refit, as the model has them since: 0.5 is as usual.
    Of a text that it was taught a model is surer, so those that were asked about count on neither side.
    ``audit_error`` is 1 where an audit answer differs from the prediction; ``embedding_shift`` and ``separation`` tell
    how far the last texts are from those that came first after the last alarm of either; ``class_mix`` is how far the
    shares of the predicted classes moved. Methods that take news return the alarms that they raise.
    """

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        if set(detectors) != set(SIGNALS):
            raise ValueError(f"one detector for each of {', '.join(SIGNALS)}, not for {sorted(detectors)}")
        self._detectors = dict(detectors)
        self._utilities: list[float] = []
        self._uncertainties: list[float | None] = []
        """Both of the same texts, which are not part of a mean yet."""
        self._usual = _AS_USUAL
        """The mean uncertainty of the texts before the last refit, as the model has it since."""
        self._shift = EmbeddingShift()
        self._mix = ClassMix()
        self.alarms: list[Alarm] = []
        """The last of them, in the order of the stream: of two signals of one batch either may be told of first."""

    def refitted(self, uncertainties: Sequence[float]) -> None:
        """The model was refitted: what it has now of the last texts of the stream is what is usual from here on."""
        self._detectors[UTILITY].forget()
        if not uncertainties:
            return
        before, self._usual = self._usual, fmean(uncertainties)
        self._uncertainties = [each if each is None else each - before + self._usual for each in self._uncertainties]

    def scored(self, utilities: Sequence[float], uncertainties: Sequence[float | None], texts: int) -> list[Alarm]:
        """Take what the texts that follow the first ``texts`` have; no uncertainty of those that were asked about."""
        first, raised = texts - len(self._utilities), list[Alarm]()
        self._utilities += utilities
        self._uncertainties += uncertainties
        whole = len(self._utilities) // MEAN_TEXTS * MEAN_TEXTS
        for start in range(0, whole, MEAN_TEXTS):
            end = start + MEAN_TEXTS
            raised += self._update(UTILITY, fmean(self._utilities[start:end]), first + end)
            unasked = [each for each in self._uncertainties[start:end] if each is not None]
            if unasked:
                raised += self._update(UNCERTAINTY, self._less_usual(fmean(unasked)), first + end)
        self._utilities, self._uncertainties = self._utilities[whole:], self._uncertainties[whole:]
        return raised

    def seen(self, embeddings: Floats, classes: Sequence[str | None], texts: int) -> list[Alarm]:
        """Take the embeddings (n, d) and the predicted classes of the texts that follow the first ``texts``."""
        raised: list[Alarm] = []
        for shift in self._shift.update(embeddings):
            alarms = self._update(EMBEDDING_SHIFT, shift.distance, texts + shift.end)
            alarms += self._update(SEPARATION, shift.separation, texts + shift.end)
            if alarms:
                self._shift.renew()
            raised += alarms
        for mix in self._mix.update([name or "" for name in classes]):
            raised += self._update(CLASS_MIX, mix.distance, texts + mix.end)
        return raised

    def audited(self, correct: bool, texts: int) -> list[Alarm]:
        """Take the answer to an audit request, and how many texts have come by now."""
        return self._update(AUDIT_ERROR, float(not correct), texts)

    def change(self, change: ClassChange) -> None:
        """A class was renamed, merged or removed."""
        self._mix.change(change)

    def detectors(self) -> dict[str, str]:
        """The name of each signal's detector."""
        return {signal: detector.name for signal, detector in self._detectors.items()}

    def states(self) -> dict[str, DriftState]:
        """What each signal's detector thinks."""
        return {signal: detector.state for signal, detector in self._detectors.items()}

    def statistics(self) -> dict[str, float]:
        """Each signal's watched mean."""
        return {signal: detector.statistic for signal, detector in self._detectors.items()}

    def _less_usual(self, uncertainty: float) -> float:
        return min(1.0, max(0.0, _AS_USUAL + uncertainty - self._usual))

    def _update(self, signal: str, value: float, texts: int) -> list[Alarm]:
        if not self._detectors[signal].update(value):
            return []
        alarm = Alarm(signal, texts)
        self.alarms = sorted([*self.alarms, alarm], key=attrgetter("texts"))[-_ALARMS_KEPT:]
        return [alarm]

    def changes(self) -> Changes:
        """Every detector's state, and what is not yet in one; the reference's texts where they changed."""
        waiting = {UTILITY: list(self._utilities), UNCERTAINTY: list(self._uncertainties)}
        alarms = [list(alarm) for alarm in self.alarms]
        fields = {"waiting": waiting, "alarms": alarms, "usual": self._usual}
        changes: Changes = {f"drift/detector/{signal}": detector.save() for signal, detector in self._detectors.items()}
        return changes | {"drift/signals": Entry(fields), "drift/class_mix": self._mix.save()} | self._shift.changes()

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        for signal, detector in self._detectors.items():
            if (entry := state.get(f"drift/detector/{signal}")) is not None:
                detector.restore(entry)
        if not self._shift.restore(state):  # what the detectors were fed is not to be compared with what comes
            self._detectors[EMBEDDING_SHIFT].forget()
            self._detectors[SEPARATION].forget()
        if (entry := state.get("drift/class_mix")) is not None:
            self._mix.restore(entry)
        if (entry := state.get("drift/signals")) is not None:
            if "waiting" in entry.fields:
                waiting = entry.fields["waiting"]
                self._utilities, self._uncertainties = list(waiting[UTILITY]), list(waiting[UNCERTAINTY])
            if "usual" not in entry.fields:  # an older state: its uncertainties are not to be compared with these
                self._detectors[UNCERTAINTY].forget()
            self._usual = entry.fields.get("usual", _AS_USUAL)
            self.alarms = [Alarm(*alarm) for alarm in entry.fields["alarms"]]
