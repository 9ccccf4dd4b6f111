"""What one transaction of the learner did -> its metrics, once it is durable."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, repeat
from math import inf

from services.edges.dead_letters import Unreadable
from services.edges.journal.base import Message
from services.edges.metrics import Metrics
from stream.drift.base import DriftState
from stream.drift.signals import Alarm
from stream.evaluation.running_accuracy import Estimate
from stream.learner import Learner
from stream.records import Decisions, Outcome, OutcomeKind, Reason, Verdict

_DRIFT_LEVEL = {DriftState.STABLE: 0, DriftState.WARNING: 1, DriftState.DRIFT: 2}
_QUERY_RATIO_TEXTS = 1_000


@dataclass
class Step:
    """What one transaction writes, and what the metrics tell of it; ``dead`` are (topic, why it was unreadable).

    ``rejected`` counts the labels that came with texts and that the task's closed list of classes lacks.
    """

    records: int
    now: float
    outputs: list[Message] = field(default_factory=list)
    decided: list[Decisions] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    dead: list[tuple[str, Unreadable]] = field(default_factory=list)
    rejected: int = 0
    expired: int = 0
    adopted: int = 0
    copied: bool = False
    finished: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not (self.records or self.expired or self.adopted or self.copied or self.finished)


class LearnerMetrics:
    """Publishes steps. Counters rise after the commit only, so that no crash counts a thing twice.

    ``clock`` is the one that requests are asked by: what is open grows older while nothing is committed.
    """

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.time) -> None:
        self._metrics, self._clock = metrics, clock
        self._asked: deque[bool] = deque(maxlen=_QUERY_RATIO_TEXTS)
        self._alarms: Sequence[Alarm] = ()
        self._overdrawn = 0

    def restored(self, learner: Learner) -> None:
        """Show where the learner starts from."""
        self._metrics.learner_active.set(1)
        self._alarms = learner.parts.signals.alarms
        for signal, detector in learner.parts.signals.detectors().items():
            self._metrics.drift_detected.labels(detector, signal)
        self._show(learner)

    def committed(self, step: Step, learner: Learner, seconds: float) -> None:
        """Publish a step that took ``seconds`` to commit."""
        self._metrics.commit_duration_seconds.observe(seconds)
        self._metrics.checkpointed()
        self._metrics.model_updates.inc(step.adopted)
        self._count(step)
        self._show(learner)
        overdrawn = learner.parts.budget.overdrawn
        self._metrics.budget_overspend.inc(max(0, overdrawn - self._overdrawn))
        self._overdrawn = overdrawn

    def _count(self, step: Step) -> None:
        metrics = self._metrics
        if step.decided:
            self._count_decisions(step.decided)
        metrics.decision_latency_seconds.observe([max(0.0, step.now - arrived) for arrived in step.arrived])
        outcomes = Counter(o.outcome for o in step.outcomes) + Counter({OutcomeKind.REJECTED: step.rejected})
        for outcome, count in outcomes.items():
            metrics.labels.labels(outcome.value).inc(count)
        for latency in step.latencies:
            metrics.verification_latency_seconds.observe(latency)
        for topic, error in step.dead:
            metrics.dead_letters.labels(topic, error.reason).inc()

    def _count_decisions(self, decided: Sequence[Decisions]) -> None:
        metrics = self._metrics
        ruled = [pair for each in decided for pair in _ruled(each)]
        counts: Counter[tuple[Verdict, Reason]] = Counter()
        for verdict, reason, count in ruled:
            counts[verdict, reason] += count
            if reason is not Reason.GIVEN_LABEL:
                self._asked.extend(repeat(verdict is not Verdict.SKIP, min(count, _QUERY_RATIO_TEXTS)))
        for (verdict, reason), count in counts.items():
            metrics.decisions.labels(verdict.value, reason.value).inc(count)
            if verdict is not Verdict.SKIP:
                metrics.label_requests.labels(verdict.value).inc(count)
        metrics.utility.observe(_all(decided, "utility"))
        metrics.query_probability.observe(_all(decided, "query_probability"))
        metrics.learner_batch_texts.observe(sum(map(len, decided)))
        metrics.threshold.set(decided[-1].column("threshold")[-1])

    def _show(self, learner: Learner) -> None:
        metrics, parts = self._metrics, learner.parts
        metrics.label_requests_open.set(len(parts.pending))
        metrics.model_version.set(learner.version)
        metrics.model_classes.set(len(parts.knowledge.model.classes))
        standings = parts.knowledge.examples.reviewers().values()
        metrics.reviewer_agreement_ratio.set(min((each.agreement for each in standings), default=1.0))
        metrics.budget_limit_ratio.set(float(parts.budget.fraction))
        if self._asked:
            metrics.query_ratio.set(sum(self._asked) / len(self._asked))
        if parts.budget.seen:
            metrics.budget_spent_ratio.set(parts.budget.asked / parts.budget.seen)
        self._show_accuracy("audit", parts.evaluation.audit.running)
        self._show_accuracy("audit_recent", parts.evaluation.audit.recent)
        self._show_accuracy("prequential", parts.evaluation.prequential.running)
        self._show_accuracy("prequential_recent", parts.evaluation.prequential.recent)
        self._show_oldest(learner)
        self._show_drift(learner)

    def _show_accuracy(self, estimator: str, accuracy: Estimate) -> None:
        if accuracy.estimate is None:
            return
        self._metrics.accuracy_ratio.labels(estimator).set(accuracy.estimate)
        self._metrics.accuracy_ratio_low.labels(estimator).set(accuracy.low)
        self._metrics.accuracy_ratio_high.labels(estimator).set(accuracy.high)

    def _show_oldest(self, learner: Learner) -> None:
        oldest = next(iter(learner.parts.pending), None)
        asked_at = oldest.request.asked_at if oldest is not None else inf
        self._metrics.label_request_age_seconds.set_function(lambda: max(0.0, self._clock() - asked_at))

    def _show_drift(self, learner: Learner) -> None:
        signals = learner.parts.signals
        detectors, states, statistics = signals.detectors(), signals.states(), signals.statistics()
        for signal, detector in detectors.items():
            self._metrics.drift_state.labels(detector, signal).set(_DRIFT_LEVEL[states[signal]])
            self._metrics.drift_statistic.labels(detector, signal).set(statistics[signal])
        known = set(self._alarms)
        for alarm in signals.alarms:
            if alarm not in known:
                self._metrics.drift_detected.labels(detectors[alarm.signal], alarm.signal).inc()
        self._alarms = signals.alarms


def _ruled(decisions: Decisions) -> list[tuple[Verdict, Reason, int]]:
    """Each run of decisions alike: their verdict, their reason, and how many they are.

    The runs are long, and to compare costs a fifth of what it costs to hash an enumeration.
    """
    ruled = zip(decisions.column("verdict"), decisions.column("reason"), strict=True)
    return [(verdict, reason, sum(1 for _ in run)) for (verdict, reason), run in groupby(ruled)]


def _all(decided: Sequence[Decisions], name: str) -> list[float]:
    return list(chain.from_iterable(decisions.column(name) for decisions in decided))
