"""The seven laws -> a test each, over every registered part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from stream.learner import Learner
from stream.records import Decision, OutcomeKind, Reason, State, Verdict
from stream.strategies import STRATEGIES
from tests.laws import worlds
from tests.laws.worlds import ALL, Configuration, Diary, World, drive, new_learner

seeds = st.integers(0, 2**20)
few = settings(
    max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
_QUICK = 3
_NOTHING = Fraction(0)
every_part = pytest.mark.parametrize(
    "configuration",
    [pytest.param(each, marks=pytest.mark.slow if row >= _QUICK else ()) for row, each in enumerate(ALL)],
    ids=str,
)


def _live(seed: int, configuration: Configuration, batch_texts: int) -> tuple[Diary, Learner, World]:
    world, learner = World(seed, configuration), new_learner(configuration)
    world.start(learner)
    return drive(world, learner, batch_texts), learner, world


def test_the_streams_cross_what_makes_laws_break() -> None:
    diary, learner, _ = _live(1, Configuration(), 35)

    assert diary.refits >= 2
    assert diary.expired
    assert len(learner.parts.window) == 550
    assert learner.parts.arrivals.repeats > 0
    assert worlds.kinds(diary.outcomes) >= {
        OutcomeKind.LEARNED,
        OutcomeKind.REPEATED,
        OutcomeKind.CONFLICTING,
        OutcomeKind.CORRECTED,
        OutcomeKind.SKIPPED,
        OutcomeKind.CLOSED,
        OutcomeKind.UNKNOWN,
    }


def test_the_streams_cross_limits_a_released_reserve_and_a_full_memory() -> None:
    diary, learner, _ = _live(1, worlds.LIMITED, 35)

    assert {decision.reason for decision in diary.decisions} >= {
        Reason.SOURCE_LIMIT,
        Reason.RATE_LIMIT,
        Reason.REVIEWERS_BUSY,
    }
    assert learner.parts.budget.drifted_at is not None
    assert len(learner.parts.knowledge.examples) < learner.parts.knowledge.taught
    assert "class 7" in learner.parts.knowledge.model.classes


def test_the_streams_cross_near_duplicates_of_open_requests() -> None:
    diary, _, _ = _live(1, Configuration(strategy="random"), 35)

    assert sum(decision.reason is Reason.NEAR_OPEN_REQUEST for decision in diary.decisions) >= 20


@every_part
@given(seed=seeds)
@few
def test_law_1_utility_is_finite_and_between_0_and_1(configuration: Configuration, seed: int) -> None:
    diary, _, _ = _live(seed, configuration, 35)

    assert all(0.0 <= decision.utility <= 1.0 for decision in diary.decisions)
    assert all(0.0 <= decision.query_probability <= 1.0 for decision in diary.decisions)


@every_part
@given(seed=seeds, batch_texts=st.sampled_from([1, 35]))
@few
def test_law_2_requests_keep_within_the_budget_at_every_prefix(
    configuration: Configuration, seed: int, batch_texts: int
) -> None:
    diary, learner, _ = _live(seed, configuration, batch_texts)

    assert min(_unspent(diary.decisions, configuration.budget)) >= 0
    assert learner.parts.budget.asked


@pytest.mark.slow
@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_law_2_holds_for_any_two_parts_together(strategy: str) -> None:
    for seed, configuration in enumerate(worlds.pairs(strategy)):
        diary, learner, _ = _live(seed, configuration, 35)
        assert min(_unspent(diary.decisions, configuration.budget)) >= 0, configuration
        assert learner.parts.budget.asked


@pytest.mark.parametrize("other", worlds.RESTARTED, ids=str)
@given(seed=seeds, stop=st.integers(1, 10))
@few
def test_law_2_holds_across_a_restart_with_other_settings(other: Configuration, seed: int, stop: int) -> None:
    for first, then in ((Configuration(), other), (other, Configuration())):
        world, learner, state = World(seed, first), new_learner(first), State()
        world.start(learner)
        diary = drive(world, learner, 35, end=stop * worlds.EVENT_EVERY)
        worlds.save(learner, state)
        restarted, restart = new_learner(then), len(diary.decisions)
        restarted.restore(state, learner.parts.window.last(550))
        drive(world, restarted, 35, start=stop * worlds.EVENT_EVERY, diary=diary)

        before, after = diary.decisions[:restart], diary.decisions[restart:]
        left = _unspent(before, first.budget)[-1]
        audits_left = _unspent(before, first.budget, first.audit_share)[-1]
        assert min(_unspent(after, then.budget, left=left)) >= 0
        assert min(_unspent(after, then.budget, then.audit_share, audits_left)) >= 0
        assert restarted.parts.budget.asked > learner.parts.budget.asked


@every_part
@given(seed=seeds, batch_texts=st.integers(1, 34))
@few
def test_law_3_how_the_stream_is_cut_changes_no_decision(
    configuration: Configuration, seed: int, batch_texts: int
) -> None:
    whole, _, _ = _live(seed, configuration, 35)
    cut, _, _ = _live(seed, configuration, batch_texts)

    assert cut.decisions == whole.decisions
    assert cut.outcomes == whole.outcomes


@every_part
@given(seed=seeds, stop=st.integers(1, worlds.TEXTS // worlds.EVENT_EVERY - 1))
@few
def test_law_4_saving_and_restoring_changes_no_later_decision(
    configuration: Configuration, seed: int, stop: int
) -> None:
    straight, _, world = _live(seed, configuration, 35)
    learner, diary, state = new_learner(configuration), Diary(), State()
    world.start(learner)
    for event in range(worlds.EVENT_EVERY, (stop + 1) * worlds.EVENT_EVERY, worlds.EVENT_EVERY):
        diary.decisions += learner.observe(world.items(event - worlds.EVENT_EVERY, event), float(event)).decisions
        worlds.happen(world, learner, diary, event)
        worlds.save(learner, state)

    restored = new_learner(configuration)
    restored.restore(state, learner.parts.window.last(550))
    drive(world, restored, 35, start=stop * worlds.EVENT_EVERY, diary=diary)

    assert diary.decisions == straight.decisions
    assert diary.outcomes == straight.outcomes
    assert diary.expired == straight.expired


@every_part
@given(seed=seeds)
@few
def test_law_5_a_label_is_learned_at_most_once(configuration: Configuration, seed: int) -> None:
    diary, learner, _ = _live(seed, configuration, 35)

    learned = Counter(o.request_id for o in diary.outcomes if o.outcome is OutcomeKind.LEARNED)
    given_labels = sum(decision.reason is Reason.GIVEN_LABEL for decision in diary.decisions)
    assert set(learned.values()) <= {1}
    assert learner.parts.knowledge.taught == len(learned) + given_labels
    assert learner.parts.knowledge.model.label_counts.sum() == len(learner.parts.knowledge.examples)


@every_part
def test_law_6_nothing_that_is_not_finite_reaches_the_model(configuration: Configuration) -> None:
    _, learner, world = _live(3, configuration, 35)
    before = learner.predict(world.items(0, 50).embeddings)
    poisoned = world.items(700 - 35, 700)
    embeddings = poisoned.embeddings.copy()
    embeddings[3, 2] = np.nan

    with pytest.raises(ValueError, match="not finite"):
        learner.observe(type(poisoned)(**{**_fields(poisoned), "embeddings": embeddings}), 700.0)

    after = learner.predict(world.items(0, 50).embeddings)
    assert np.array_equal(before.probabilities, after.probabilities)
    assert np.array_equal(before.query, after.query)


@pytest.mark.parametrize("configuration", [Configuration(), worlds.LIMITED], ids=str)
@given(seed=seeds)
@few
def test_law_7_every_decision_says_why(configuration: Configuration, seed: int) -> None:
    diary, _, _ = _live(seed, configuration, 35)

    for decision in diary.decisions:
        assert decision.reason in _REASONS[decision.verdict]
        if decision.reason is Reason.BELOW_THRESHOLD:
            assert decision.utility <= decision.threshold
        if decision.verdict is Verdict.ASK:
            assert decision.utility >= decision.threshold


_REASONS = {
    Verdict.AUDIT: {Reason.AUDIT},
    Verdict.ASK: {Reason.UNCERTAIN, Reason.COLD_START},
    Verdict.SKIP: {
        Reason.BELOW_THRESHOLD,
        Reason.OUT_OF_BUDGET,
        Reason.QUEUE_FULL,
        Reason.RATE_LIMIT,
        Reason.REVIEWERS_BUSY,
        Reason.SOURCE_LIMIT,
        Reason.NEAR_OPEN_REQUEST,
        Reason.GIVEN_LABEL,
    },
}


def _unspent(
    decisions: Sequence[Decision], budget: str, audit_share: str | None = None, left: Fraction = _NOTHING
) -> list[Fraction]:
    """Requests, or audits alone where their share is given, that were paid for and not made, after each decision."""
    rate, found = Fraction(budget) * Fraction(audit_share or 1), []
    kinds = {Verdict.AUDIT} if audit_share else {Verdict.ASK, Verdict.AUDIT}
    for decision in decisions:
        left += rate * (decision.reason is not Reason.GIVEN_LABEL) - (decision.verdict in kinds)
        found.append(left)
    return found


def _fields(items: object) -> dict[str, object]:
    return {name: getattr(items, name) for name in items.__slots__}  # type: ignore[attr-defined]
