"""The learner tells the budget where texts come from, and when reviewers answer."""

from __future__ import annotations

from dataclasses import replace

from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.learner import Learner
from stream.parts import Parts
from stream.pending import Pending
from stream.records import Label, Reason, Verdict
from tests.laws.worlds import Configuration, World, new_learner

WORLD = World(1, Configuration())


def learner_with(budget: Budget) -> Learner:
    parts: Parts = new_learner(Configuration()).parts
    return Learner(replace(parts, budget=budget, pending=Pending()))


def test_a_busy_source_takes_no_more_than_its_share() -> None:
    learner = learner_with(Budget(RULES["window_quantile"], "0.5", "0", source_share="0.6"))
    items = WORLD.items(0, 700)
    sources = ["rare" if row % 10 == 3 else "busy" for row in range(700)]

    seen = learner.observe(replace(items, sources=sources), 1.0)

    asked = [sources[row] for row, d in zip(seen.rows, seen.decisions, strict=True) if d.verdict is Verdict.ASK]
    for made in range(1, len(asked) + 1):
        assert asked[:made].count("busy") <= 10 + 0.6 * made
    assert "rare" in asked
    assert Reason.SOURCE_LIMIT in {decision.reason for decision in seen.decisions}


def test_answers_and_skips_let_more_be_asked_once_the_queue_is_old() -> None:
    learner = learner_with(Budget(RULES["window_quantile"], "0.1", "0", max_queue_seconds=60))
    first = learner.observe(WORLD.items(0, 200), 0.0).requests
    late = learner.observe(WORLD.items(200, 400), 100.0)
    first_ids = [request.request_id for request in first]
    answers = [Label(name, "class 1" if n % 2 else None, "ann", n) for n, name in enumerate(first_ids[:-2])]

    learner.learn(answers, 4_000.0)
    learner.learn([Label(first_ids[0], "class 1", "bob", 99)], 4_000.0)
    after = learner.observe(WORLD.items(400, 700), 4_000.0)

    assert not late.requests
    assert {decision.reason for decision in late.decisions} >= {Reason.REVIEWERS_BUSY}
    assert len(after.requests) == len(answers)
    assert after.decisions[-1].reason in (Reason.REVIEWERS_BUSY, Reason.BELOW_THRESHOLD, Reason.OUT_OF_BUDGET)
