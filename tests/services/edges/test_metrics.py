"""The declared metrics -> what Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from services.edges.metrics import Metrics

LABELS = {
    "source", "verdict", "reason", "outcome", "topic", "detector", "signal", "estimator", "version", "encoder", "le",
}  # fmt: skip


def test_every_metric_carries_the_prefix() -> None:
    metrics = Metrics(CollectorRegistry())
    names = [family.name for family in metrics.registry.collect()]
    assert len(names) > 30
    assert all(name.startswith("sluice_") for name in names)


def test_no_id_reviewer_or_text_is_ever_a_label() -> None:
    metrics = Metrics(CollectorRegistry())
    declared = [vars(metrics)[name] for name in vars(metrics) if hasattr(vars(metrics)[name], "_labelnames")]
    assert {label for metric in declared for label in metric._labelnames} <= LABELS


def test_a_source_is_published_only_where_it_was_configured() -> None:
    metrics = Metrics(CollectorRegistry(), sources=["mail"])
    metrics.count_texts("mail", 2)
    metrics.count_texts("someone@example.com")
    metrics.count_texts("")
    read = metrics.registry.get_sample_value
    assert read("sluice_texts_total", {"source": "mail"}) == 2
    assert read("sluice_texts_total", {"source": "other"}) == 2
    assert b"example.com" not in generate_latest(metrics.registry)


def test_counters_begin_at_zero_so_that_the_first_event_is_a_rise() -> None:
    read = Metrics(CollectorRegistry(), sources=["mail"]).registry.get_sample_value
    assert read("sluice_texts_total", {"source": "mail"}) == 0
    assert read("sluice_decisions_total", {"verdict": "ASK", "reason": "cold_start"}) == 0
    assert read("sluice_decisions_total", {"verdict": "SKIP", "reason": "cold_start"}) is None
    assert read("sluice_label_requests_total", {"verdict": "AUDIT"}) == 0
    assert read("sluice_labels_total", {"outcome": "rejected"}) == 0
    for topic in ("texts", "items", "labels", "commands"):
        assert read("sluice_dead_letters_total", {"topic": topic, "reason": "not_json"}) == 0


def test_two_services_in_one_process_do_not_share_counts() -> None:
    one, other = Metrics(CollectorRegistry()), Metrics(CollectorRegistry())
    one.budget_overspend.inc()
    assert other.registry.get_sample_value("sluice_budget_overspend_total") == 0


def test_the_age_of_the_state_grows_until_it_is_committed_again() -> None:
    now = [100.0]
    metrics = Metrics(CollectorRegistry(), clock=lambda: now[0])
    metrics.checkpointed()
    now[0] = 107.0
    assert metrics.registry.get_sample_value("sluice_checkpoint_age_seconds") == 7.0
    metrics.checkpointed()
    assert metrics.registry.get_sample_value("sluice_checkpoint_age_seconds") == 0.0
