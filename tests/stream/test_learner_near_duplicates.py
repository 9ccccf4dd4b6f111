"""What the learner makes of a text that is like an open request's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.learner import Learner
from stream.near_duplicates import NearDuplicates
from stream.records import Reason, State, Verdict
from tests.stream.test_learner import EAST, NORTH, answer, items, learner_with


def _learner(fraction: str = "1", audit_share: str = "0") -> Learner:
    parts = learner_with(fraction=fraction, audit_share=audit_share).parts
    return Learner(replace(parts, near_duplicates=NearDuplicates()))


def test_one_decision_holds_for_all_that_are_like_an_open_request_in_the_block_and_later() -> None:
    learner = _learner()
    first = learner.observe(items(EAST, EAST, NORTH), 0.0).decisions
    (later,) = learner.observe(items(EAST, start=3), 1.0).decisions

    assert [decision.verdict for decision in first] == [Verdict.ASK, Verdict.SKIP, Verdict.ASK]
    assert {first[1].reason, later.reason} == {Reason.NEAR_OPEN_REQUEST}
    assert {first[1].query_probability, later.query_probability} == {0.0}


def test_what_is_not_asked_again_costs_nothing() -> None:
    learner = _learner()
    learner.observe(items(EAST, EAST, EAST), 0.0)
    assert learner.parts.budget.asked == 1

    later = learner.observe(items((0.6, 0.8), (-0.6, 0.8), (-1.0, 0.0), start=3), 1.0).decisions
    assert [decision.verdict for decision in later] == [Verdict.ASK] * 3


def test_an_answer_or_an_expiry_frees_the_way() -> None:
    learner = _learner()
    answer(learner, learner.observe(items(EAST), 0.0), "east")
    assert learner.observe(items(EAST, start=1), 31.0).requests

    learner.tick(92.0)
    assert learner.observe(items(EAST, start=2), 93.0).requests


def test_audits_are_drawn_whatever_is_open() -> None:
    learner = _learner(audit_share="0.5")
    decisions = [learner.observe(items(EAST, start=text), 0.0).decisions[0] for text in range(40)]
    audits = [decision for decision in decisions if decision.verdict is Verdict.AUDIT]
    refused = [decision for decision in decisions if decision.reason is Reason.NEAR_OPEN_REQUEST]

    assert len(audits) == 19
    assert refused
    assert {decision.query_probability for decision in refused} == {0.5}


def test_a_restored_learner_knows_what_is_open() -> None:
    learner, restored = _learner(), _learner()
    learner.observe(items(EAST), 0.0)
    state: State = {key: entry for key, entry in learner.changes().items() if entry is not None}
    restored.restore(state, np.zeros((0, 2), np.float32))
    assert restored.observe(items(EAST, start=1), 1.0).decisions[0].reason is Reason.NEAR_OPEN_REQUEST


def test_limits_come_first_and_nothing_is_compared_that_would_not_be_asked() -> None:
    looked_at: list[int] = []

    def near(place: int) -> bool:
        looked_at.append(place)
        return True

    budget = Budget(RULES["window_quantile"], "0.25", "0", max_open=1)
    reasons = [ruling.reason for ruling in budget.decide_run([0.5, 0.5, 0.5, 0.9, 0.1], 0.0, 0, refuses=near)]
    assert reasons[3:] == [Reason.NEAR_OPEN_REQUEST, Reason.BELOW_THRESHOLD]
    assert looked_at == [3]  # the texts before it had not paid for a request yet

    assert budget.decide_run([1.0], 0.0, 1, refuses=near)[0].reason is Reason.QUEUE_FULL
    assert looked_at == [3]
