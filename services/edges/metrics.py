"""What happened -> Prometheus: every metric that sluice publishes, declared once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.edges import topics
from services.edges.dead_letters import Fault
from services.edges.distribution import Distribution
from stream.records import OutcomeKind, Reason, Verdict

_PREFIX = "sluice"
_OTHER = "other"
_MILLISECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_WAITS = (1.0, 10.0, 60.0, 300.0, 1_800.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0, 604_800.0)
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_SIZES = (1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0)
_ASKING = {
    Reason.UNCERTAIN: Verdict.ASK,
    Reason.COLD_START: Verdict.ASK,
    Reason.AUDIT: Verdict.AUDIT,
}
"""The verdict that each reason goes with; all others go with SKIP."""


class Metrics:
    """The metrics of the contract, by their names without prefix, on the registry that is given.

    Label values come from closed sets: verdicts, reasons, outcomes, topics, detectors and signals are closed by
    themselves; a text's source is published only where it is one of ``sources``, else as ``other``. No id, reviewer
    or text is ever a label. Counters whose label values are known begin at 0: what a counter is born with is seen by
    neither ``rate`` nor ``increase``, and the first dead letter is the one to hear of.

    >>> metrics = Metrics(CollectorRegistry(), sources=["mail"])
    >>> metrics.count_texts("mail", 3)
    >>> metrics.registry.get_sample_value("sluice_texts_total", {"source": "mail"})
    3.0
    """

    def __init__(
        self, registry: CollectorRegistry, sources: Iterable[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.registry = registry
        self._clock = clock
        self._sources = frozenset(sources)
        self._declare_flow()
        self._declare_budget()
        self._declare_learning()
        self._declare_process()
        self._begin_at_zero()

    def count_texts(self, source: str, count: int = 1) -> None:
        """Count texts read from ``source``."""
        self.texts.labels(source if source in self._sources else _OTHER).inc(count)

    def show_lag(self, records: Mapping[str, int]) -> None:
        """Show how many records of each topic are not read yet."""
        for topic, unread in records.items():
            self.journal_lag_records.labels(topic).set(unread)

    def checkpointed(self) -> None:
        """The state was committed just now: its age is counted from here."""
        committed = self._clock()
        self.checkpoint_age_seconds.set_function(lambda: self._clock() - committed)

    def _declare_flow(self) -> None:
        self.texts = self._counter("texts", "Texts read by intake.", "source")
        self.decisions = self._counter("decisions", "Texts decided.", "verdict", "reason")
        self.label_requests = self._counter("label_requests", "Label requests issued.", "verdict")
        self.label_requests_open = self._gauge("label_requests_open", "Label requests waiting for an answer.")
        self.label_request_age_seconds = self._gauge("label_request_age_seconds", "Age of the oldest open request.")
        self.labels = self._counter("labels", "Label messages, by what became of them.", "outcome")
        self.verification_latency_seconds = self._histogram(
            "verification_latency_seconds", "Time from a request to its label.", _WAITS
        )
        self.decision_latency_seconds = self._distribution(
            "decision_latency_seconds", "Time from a text's arrival to its decision.", _MILLISECONDS
        )
        self.event_time_lag_seconds = self._gauge(
            "event_time_lag_seconds", "How long ago the newest text of the last batch was, by the time that it gives."
        )
        self.dead_letters = self._counter("dead_letters", "Messages that could not be read.", "topic", "reason")

    def _declare_budget(self) -> None:
        self.query_ratio = self._gauge("query_ratio", "Requests per text in the last window.")
        self.budget_limit_ratio = self._gauge("budget_limit_ratio", "Requests per text that the budget allows.")
        self.budget_spent_ratio = self._gauge("budget_spent_ratio", "Requests per text since the start.")
        self.budget_overspend = self._counter("budget_overspend", "Requests beyond the budget; always 0.")
        self.utility = self._distribution("utility", "Utility of the texts' labels.", _SHARES)
        self.threshold = self._gauge("threshold", "Utility from which the last text would have been asked about.")
        self.query_probability = self._distribution("query_probability", "Probability of being asked about.", _SHARES)

    def _declare_learning(self) -> None:
        self.drift_state = self._gauge("drift_state", "0 stable, 1 warning, 2 drift.", "detector", "signal")
        self.drift_statistic = self._gauge("drift_statistic", "Mean of the watched signal.", "detector", "signal")
        self.drift_detected = self._counter("drift_detected", "Drift alarms.", "detector", "signal")
        self.accuracy_ratio = self._gauge("accuracy_ratio", "Estimated accuracy.", "estimator")
        self.accuracy_ratio_low = self._gauge("accuracy_ratio_low", "Lower end of its 95% interval.", "estimator")
        self.accuracy_ratio_high = self._gauge("accuracy_ratio_high", "Upper end of its 95% interval.", "estimator")
        self.reviewer_agreement_ratio = self._gauge(
            "reviewer_agreement_ratio",
            "How often the reviewer who agrees least does so, beside the others; 1 where nobody stands out.",
        )
        self.model_version = self._gauge("model_version", "Version of the model that predicts.")
        self.model_updates = self._counter("model_updates", "Refits adopted.")
        self.model_classes = self._gauge("model_classes", "Classes known to the model.")
        self.learner_batch_texts = self._histogram("learner_batch_texts", "Texts in a batch of the learner.", _SIZES)
        self.learner_active = self._gauge("learner_active", "1 while this process is the elected learner.")

    def _declare_process(self) -> None:
        self.encode_duration_seconds = self._histogram(
            "encode_duration_seconds", "Time to encode one batch of texts.", _MILLISECONDS
        )
        self.commit_duration_seconds = self._histogram(
            "commit_duration_seconds", "Time to commit one batch.", _MILLISECONDS
        )
        self.journal_lag_records = self._gauge("journal_lag_records", "Records not read yet.", "topic")
        self.journal_bytes = self._gauge("journal_bytes", "Size of the journal.")
        self.checkpoint_age_seconds = self._gauge("checkpoint_age_seconds", "Time since the state was last committed.")
        self.build_info = self._gauge("build_info", "Always 1; the labels say what runs.", "version", "encoder")

    def _begin_at_zero(self) -> None:
        for source in (*self._sources, _OTHER):
            self.texts.labels(source)
        for reason in Reason:
            self.decisions.labels(_ASKING.get(reason, Verdict.SKIP).value, reason.value)
        for verdict in set(_ASKING.values()):
            self.label_requests.labels(verdict.value)
        for outcome in OutcomeKind:
            self.labels.labels(outcome.value)
        for topic in topics.UNTRUSTED:
            for fault in Fault:
                self.dead_letters.labels(topic, fault.value)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace=_PREFIX, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, namespace=_PREFIX, registry=self.registry)

    def _distribution(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Distribution:
        return Distribution(f"{_PREFIX}_{name}", meaning, buckets, self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, meaning, namespace=_PREFIX, buckets=buckets, registry=self.registry)
