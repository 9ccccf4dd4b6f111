"""Settings -> parts: each choice reaches the part that it is about."""

from __future__ import annotations

import numpy as np
import pytest

from services import assembly
from services.edges.encoders.base import EncoderError
from services.edges.settings_sources import load_settings
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.model import MODELS
from stream.records import Example, Reason, Verdict
from stream.shingles import filled
from stream.strategies import STRATEGIES


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_can_be_chosen(strategy: str) -> None:
    parts = assembly.build_learner(load_settings({"learner.strategy": strategy})).parts
    assert isinstance(parts.strategy, STRATEGIES[strategy])
    assert parts.strategy_name == strategy


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_committee_sits_where_the_strategy_asks_for_one(strategy: str) -> None:
    knowledge = assembly.build_learner(load_settings({"learner.strategy": strategy})).parts.knowledge
    members = len(knowledge.committee(np.zeros((1, 4), np.float32)))
    assert members == (5 if STRATEGIES[strategy].uses_committee else 0)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_landmarks_are_sketched_where_the_strategy_looks_at_the_sketches(strategy: str) -> None:
    landmarks = assembly.build_learner(load_settings({"learner.strategy": strategy})).parts.landmarks
    landmarks.add("r1", np.ones(4, np.float32), "where is my card")
    assert filled(landmarks.sketches).any() == STRATEGIES[strategy].uses_sketches


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_chosen(model: str) -> None:
    knowledge = assembly.build_learner(load_settings({"learner.model": model})).parts.knowledge
    assert type(knowledge.model) is type(MODELS[model]())


@pytest.mark.parametrize("noisy", [False, True])
def test_refits_are_told_where_labels_may_be_wrong(noisy: bool) -> None:
    knowledge = assembly.build_learner(load_settings({"learner.noisy_labels": noisy})).parts.knowledge
    text = np.eye(4, dtype=np.float32)
    knowledge.teach(Example("key", "text", text[0], "label", "ann", None, Verdict.ASK))
    knowledge.refit_if_due(1, lambda: text)
    assert knowledge.job is not None
    assert knowledge.job.save().fields["noisy"] is noisy


def test_the_budget_is_the_decimal_that_was_written() -> None:
    budget = assembly.build_learner(load_settings({"budget.fraction": 0.07, "budget.audit_share": 0.0})).parts.budget
    verdicts = [budget.decide(0.5, 0.0, 0).verdict for _ in range(1_000)]
    assert sum(verdict is not Verdict.SKIP for verdict in verdicts) <= 70


@pytest.mark.parametrize("rule", RULES)
def test_every_budget_rule_can_be_chosen(rule: str) -> None:
    budget = assembly.build_learner(load_settings({"learner.budget_rule": rule})).parts.budget
    assert budget.save().fields["rule"].keys() == RULES[rule](0.05).save().fields.keys()
    assert sum(budget.decide(1.0, 0.0, 0).verdict is not Verdict.SKIP for _ in range(1_000)) in range(45, 51)


def test_the_limits_of_the_budget_are_those_of_the_settings() -> None:
    def budget(**limits: float) -> Budget:
        chosen = {f"budget.{name}": value for name, value in {"audit_share": 0.0, "fraction": 0.5, **limits}.items()}
        return assembly.build_learner(load_settings(chosen)).parts.budget

    def reasons(budget: Budget) -> set[Reason]:
        return {budget.decide(1.0, 100.0 * text, min(text, 9)).reason for text in range(100)}

    assert Reason.SOURCE_LIMIT in reasons(budget(source_share=0.5))
    assert Reason.REVIEWERS_BUSY in reasons(budget(max_queue_seconds=60.0))
    assert not {Reason.SOURCE_LIMIT, Reason.REVIEWERS_BUSY} & reasons(budget())
    saving, small = budget(drift_reserve=0.25), budget(drift_reserve=0.25, carry=2)
    reasons(saving)
    reasons(small)
    assert (saving.reserved, small.reserved) == (12.5, 2.0)


@pytest.mark.parametrize(("catch_up", "asked"), [(1, 16), (10, 25), (50, 50)])
def test_what_is_caught_up_with_at_once_is_as_the_settings_say(catch_up: int, asked: int) -> None:
    chosen = {"budget.catch_up": catch_up, "budget.audit_share": 0.0, "learner.budget_rule": "fixed_uncertainty"}
    budget = assembly.build_learner(load_settings(chosen)).parts.budget
    for _ in range(2_000):
        budget.decide(0.0, 0.0, 0)
    assert sum(budget.decide(1.0, 0.0, 0).verdict is Verdict.ASK for _ in range(100)) in range(asked - 1, asked + 6)


def test_two_seeds_draw_differently() -> None:
    def audits(seed: int) -> list[int]:
        budget = assembly.build_learner(load_settings({"learner.seed": seed})).parts.budget
        return [text for text in range(2_000) if budget.decide(0.0, 0.0, 0).verdict is Verdict.AUDIT]

    assert audits(1) == audits(1)
    assert audits(1) != audits(2)


def test_requests_expire_when_the_settings_say() -> None:
    assert assembly.build_learner(load_settings({"requests.expire_seconds": 60.0})).parts.pending.expire_seconds == 60.0


def test_the_name_of_an_encoder_is_known_before_it_is_loaded() -> None:
    settings = load_settings({"encoder.model": "hashing:32"})
    encoder = assembly.build_encoder(settings)
    assert encoder.name == assembly.encoder_name(settings)
    assert encoder.dimension == 32


def test_a_wrong_encoder_is_named() -> None:
    with pytest.raises(EncoderError, match="hashing:many"):
        assembly.build_encoder(load_settings({"encoder.model": "hashing:many"}))
