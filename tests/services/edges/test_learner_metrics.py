"""Committed steps -> what Prometheus reads: counters that match, and gauges of how the learner stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from prometheus_client import CollectorRegistry

from services.edges.dead_letters import Fault, Unreadable
from services.edges.journal.base import Message
from services.edges.learner_metrics import LearnerMetrics, Step
from services.edges.metrics import Metrics
from stream.learner import Learner
from stream.records import Decision, Decisions, Outcome, OutcomeKind, Reason, Verdict
from tests.laws.worlds import Configuration, World, drive, new_learner

NOON = 1_738_324_800.0
SKIPPED = Decision("i", "o", "refund", 0.5, 0.25, 0.75, Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.0, 0, NOON)
ASKED = SKIPPED._replace(verdict=Verdict.ASK, reason=Reason.UNCERTAIN)
AUDITED = SKIPPED._replace(verdict=Verdict.AUDIT, reason=Reason.AUDIT, threshold=0.5)
GIVEN = SKIPPED._replace(reason=Reason.GIVEN_LABEL)


@dataclass
class Published:
    """The metrics of one learner, read as Prometheus would."""

    metrics: LearnerMetrics
    registry: CollectorRegistry
    learner: Learner
    now: list[float]

    def commit(self, **step: object) -> None:
        self.metrics.committed(replace(Step(1, NOON), **step), self.learner, 0.02)  # type: ignore[arg-type]

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"sluice_{name}", labels)


@pytest.fixture
def published() -> Published:
    registry, now = CollectorRegistry(), [NOON]
    metrics = LearnerMetrics(Metrics(registry), clock=lambda: now[0])
    return Published(metrics, registry, new_learner(Configuration()), now)


@pytest.mark.parametrize(
    "change",
    [{"records": 1}, {"expired": 1}, {"adopted": 1}, {"copied": True}, {"finished": 1}],
    ids=lambda change: next(iter(change)),
)
def test_a_step_in_which_anything_happened_is_to_be_committed(change: dict[str, int]) -> None:
    assert Step(0, NOON).empty
    assert Step(0, NOON, outputs=[Message("labels", None)]).empty
    assert not replace(Step(0, NOON), **change).empty  # type: ignore[arg-type]


def test_decisions_and_requests_are_counted_by_what_was_decided(published: Published) -> None:
    for _ in range(2):
        published.commit(decided=[Decisions([SKIPPED]), Decisions([SKIPPED, ASKED, AUDITED])])

    assert published("decisions_total", verdict="SKIP", reason="below_threshold") == 4
    assert published("decisions_total", verdict="ASK", reason="uncertain") == 2
    assert published("label_requests_total", verdict="ASK") == 2
    assert published("label_requests_total", verdict="AUDIT") == 2
    assert published("label_requests_total", verdict="SKIP") is None
    assert (published("utility_count"), published("utility_sum")) == (8, 2.0)
    assert published("threshold") == 0.5
    assert (published("learner_batch_texts_count"), published("learner_batch_texts_sum")) == (2, 8)


def test_texts_that_brought_their_label_are_no_part_of_the_query_ratio(published: Published) -> None:
    published.commit(decided=[Decisions([SKIPPED, SKIPPED, SKIPPED, ASKED, GIVEN])])
    assert published("query_ratio") == 0.25

    published.commit(decided=[Decisions([ASKED] * 999)])
    assert published("query_ratio") == 1.0


def test_outcomes_latencies_and_dead_letters_are_counted(published: Published) -> None:
    learned = Outcome("r", "ann", "refund", OutcomeKind.LEARNED, 1, 0)
    published.commit(
        outcomes=[learned, learned, learned._replace(outcome=OutcomeKind.LATE)],
        rejected=3,
        latencies=[5.0, 90.0],
        arrived=[NOON - 0.25, NOON + 1.0],
        dead=[("labels", Unreadable(Fault.NOT_JSON, ""))] * 2,
    )

    outcomes = [published("labels_total", outcome=kind) for kind in ("learned", "late", "rejected")]
    assert outcomes == [2, 1, 3]
    assert published("verification_latency_seconds_sum") == 95.0
    assert published("verification_latency_seconds_bucket", le="10.0") == 1
    assert (published("decision_latency_seconds_count"), published("decision_latency_seconds_sum")) == (2, 0.25)
    assert published("dead_letters_total", topic="labels", reason="not_json") == 2


def test_commits_are_timed_and_the_state_is_as_old_as_the_last_one(published: Published) -> None:
    published.commit(adopted=2)
    age = published("checkpoint_age_seconds")

    assert (published("commit_duration_seconds_count"), published("commit_duration_seconds_sum")) == (1, 0.02)
    assert published("model_updates_total") == 2
    assert age is not None
    assert 0 <= age < 60


def test_gauges_show_how_the_learner_stands(published: Published) -> None:
    world, learner = World(5, Configuration()), published.learner
    world.start(learner)
    drive(world, learner, 35)
    published.commit()
    parts = learner.parts

    assert published("model_version") == learner.version > 0
    assert published("model_classes") == 6
    assert published("label_requests_open") == len(parts.pending)
    assert published("budget_limit_ratio") == 0.1
    assert published("budget_spent_ratio") == parts.budget.asked / parts.budget.seen
    assert published("accuracy_ratio", estimator="audit") == parts.evaluation.audit.running.estimate
    assert published("accuracy_ratio", estimator="prequential") == parts.evaluation.prequential.running.estimate
    assert published("accuracy_ratio_low", estimator="audit") == parts.evaluation.audit.running.low
    assert published("accuracy_ratio_high", estimator="audit") == parts.evaluation.audit.running.high
    assert (
        published("drift_statistic", detector="adwin", signal="uncertainty")
        == (parts.signals.statistics()["uncertainty"])
    )


def test_the_oldest_open_request_grows_older_while_nothing_is_committed(published: Published) -> None:
    published.commit()
    assert published("label_request_age_seconds") == 0.0
    drive(World(5, Configuration()), published.learner, 35)
    asked_at = min(waiting.request.asked_at for waiting in published.learner.parts.pending)
    published.commit()

    for published.now[0] in (1_000.0, 1_060.0):
        assert published("label_request_age_seconds") == published.now[0] - asked_at


def test_a_restored_learner_tells_the_age_of_its_oldest_open_request(published: Published) -> None:
    drive(World(5, Configuration()), published.learner, 35)
    published.metrics.restored(published.learner)
    asked_at = min(waiting.request.asked_at for waiting in published.learner.parts.pending)

    assert published("label_request_age_seconds") == NOON - asked_at


def test_a_request_is_never_younger_than_now(published: Published) -> None:
    drive(World(5, Configuration()), published.learner, 35)
    published.now[0] = 0.0
    published.metrics.restored(published.learner)

    assert published("label_request_age_seconds") == 0.0


def test_a_restored_learner_is_shown_before_its_first_commit(published: Published) -> None:
    world = World(5, Configuration())
    world.start(published.learner)
    published.metrics.restored(published.learner)

    assert published("learner_active") == 1
    assert published("model_classes") == 3
    assert published("decisions_total", verdict="SKIP", reason="below_threshold") == 0


def test_each_alarm_is_counted_once_and_none_from_before_the_restart(published: Published) -> None:
    signals, errs = published.learner.parts.signals, [True] * 60 + [False] * 30
    _audit(published.learner, errs)
    published.metrics.restored(published.learner)
    assert published("drift_state", detector="adwin", signal="audit_error") == 2
    assert published("drift_detected_total", detector="adwin", signal="audit_error") == 0

    _audit(published.learner, errs)
    for _ in range(3):
        published.commit()
    assert len(signals.alarms) == 2
    assert published("drift_detected_total", detector="adwin", signal="audit_error") == 1


def test_alarms_are_counted_beyond_those_that_are_remembered(published: Published) -> None:
    signals = published.learner.parts.signals
    published.metrics.restored(published.learner)
    for _ in range(3):
        _audit(published.learner, ([True] * 40 + [False] * 40) * 60)
        published.commit()

    assert len(signals.alarms) == 100
    assert published("drift_detected_total", detector="adwin", signal="audit_error") == 180


def _audit(learner: Learner, answers: list[bool]) -> None:
    """Answers to audits, one a text."""
    for correct in answers:
        learner.texts += 1
        learner.parts.signals.audited(correct, learner.texts)
