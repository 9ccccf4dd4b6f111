"""Once the queue is old, no more is asked in an hour than was answered in it."""

from __future__ import annotations

import pytest

from stream.budget.accounts import Budget
from stream.budget.reviewer_capacity import ReviewerCapacity
from stream.records import Reason, Verdict
from tests.stream.budget.test_accounts import Greedy, through_json

BUSY = Reason.REVIEWERS_BUSY


def test_the_age_of_the_queue_is_that_of_its_nth_last_request() -> None:
    capacity = ReviewerCapacity(max_queue_seconds=60)
    for second in (0.0, 10.0, 20.0):
        capacity.issue(second)

    assert capacity.refusal(60.0, open_requests=3) is None
    assert capacity.refusal(60.1, open_requests=3) is BUSY
    assert capacity.refusal(60.1, open_requests=2) is None
    assert capacity.refusal(60.1, open_requests=9) is BUSY
    assert capacity.refusal(99.0, open_requests=0) is None


def test_an_old_queue_is_asked_for_as_much_as_was_answered_in_the_last_hour() -> None:
    capacity = ReviewerCapacity(max_queue_seconds=60)
    for _ in range(5):
        capacity.issue(0.0)
    for _ in range(5):
        capacity.answer(100.0)

    assert capacity.refusal(3_599.0, open_requests=5) is BUSY  # 5 asked, 5 answered
    assert capacity.refusal(3_600.0, open_requests=5) is None  # the 5 that were asked have left the hour
    for _ in range(5):
        capacity.issue(3_600.0)
    assert capacity.refusal(3_661.0, open_requests=5) is BUSY
    assert capacity.refusal(3_661.0, open_requests=0) is None


def test_reviewers_who_answer_faster_than_is_asked_are_not_spared() -> None:
    capacity = ReviewerCapacity(max_queue_seconds=60)
    capacity.issue(0.0)
    capacity.answer(1.0)
    capacity.answer(2.0)

    assert capacity.refusal(100.0, open_requests=1) is None


def test_without_a_limit_nothing_is_kept() -> None:
    capacity = ReviewerCapacity()
    capacity.issue(0.0)
    capacity.answer(0.0)

    assert capacity.refusal(1e9, open_requests=1) is None
    assert [times.tolist() for times in capacity.save().values()] == [[], []]


def test_the_oldest_times_are_forgotten() -> None:
    capacity = ReviewerCapacity(max_queue_seconds=60, remember=2)
    for second in range(5):
        capacity.issue(float(second))
        capacity.answer(float(second))

    assert capacity.save()["issued"].tolist() == [3.0, 4.0]
    assert capacity.save()["answered"].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("per_hour", [6, 30])
def test_a_budget_asks_no_faster_than_reviewers_answer(per_hour: int) -> None:
    """Reviewers answer some an hour, the budget would pay for 180: ten hours of one text a second in blocks of ten."""

    def new() -> Budget:
        return Budget(Greedy, "0.05", "0.1", max_queue_seconds=1_800)

    budget, answered = new(), 0
    issued: list[float] = []
    for second in range(0, 36_000, 10):
        if second % (3_600 // per_hour) == 0 and answered < len(issued):
            budget.answered(float(second))
            answered += 1
        for _ in range(10):
            verdict = budget.decide(0.5, float(second), len(issued) - answered).verdict
            issued += [float(second)] * (verdict is not Verdict.SKIP)
        if second == 18_000:
            saved, budget = through_json(budget.save()), new()
            budget.restore(saved)

    last_hours = sum(time >= 18_000 for time in issued)
    audits = 18_000 / 200
    assert last_hours <= 5 * per_hour + audits
    assert len(issued) < 36_000 * 0.05 / 2


def test_a_refusal_is_named_and_sets_its_credit_aside() -> None:
    budget = Budget(Greedy, "0.5", "0", max_queue_seconds=60)
    issued = [budget.decide(0.5, 0.0, 0) for _ in range(4)]
    late = [budget.decide(0.5, 100.0, 2) for _ in range(40)]
    budget.answered(100.0)
    budget.answered(101.0)
    budget.answered(101.0)

    assert [ruling.verdict for ruling in issued].count(Verdict.ASK) == 2
    assert {ruling.reason for ruling in late} == {Reason.OUT_OF_BUDGET, BUSY}
    assert {ruling.probability for ruling in late} == {0.0}
    assert [budget.decide(0.5, 102.0, n).verdict for n in (1, 2, 2)] == [Verdict.ASK, Verdict.SKIP, Verdict.SKIP]


def test_audits_wait_in_the_queue_like_all_other_requests() -> None:
    rule = Greedy(0.5, probability=0.0)
    budget = Budget(lambda fraction: rule, "1", "0.5", max_queue_seconds=60)
    audits = [budget.decide(0.5, 0.0, 0).verdict for _ in range(8)].count(Verdict.AUDIT)
    rule.probability = 1.0
    late = [budget.decide(0.5, 100.0, audits) for _ in range(2)]

    assert audits == 3
    assert {ruling.reason for ruling in late} == {BUSY, Reason.AUDIT}


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_a_queue_of_no_age_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds"):
        ReviewerCapacity(seconds)
