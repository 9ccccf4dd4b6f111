"""Each ruling carries the probability of any request being issued for its text, by hand and in sum."""

from __future__ import annotations

import pytest

from stream.budget.accounts import Budget
from stream.budget.window_quantile import WindowQuantile
from stream.records import Reason, Verdict
from tests.stream.budget.test_accounts import Greedy, decide


def test_the_probability_joins_both_accounts() -> None:
    budget = Budget(lambda fraction: Greedy(fraction, probability=0.25), "0.5", "0.2", burst=5)
    rulings = decide(budget, [0.5] * 11)

    assert rulings[0].probability == 0.25  # no audit in the first block
    assert rulings[10].probability == pytest.approx(0.1 + 0.9 * 0.25)


def test_what_cannot_be_issued_has_no_probability() -> None:
    rulings = decide(Budget(Greedy, "0.5", "0.2"), [0.5] * 20, open_requests=10_000)

    assert {ruling.probability for ruling in rulings} == {0.0}


def test_the_probabilities_add_up_to_what_is_issued() -> None:
    budget = Budget(WindowQuantile, "0.1", seed=5)
    rulings = decide(budget, [0.5] * 20_000)

    assert sum(ruling.probability for ruling in rulings) == pytest.approx(budget.asked, rel=0.03)


def test_an_audited_text_has_the_probability_of_being_asked_about_as_well() -> None:
    budget = Budget(lambda fraction: Greedy(fraction, probability=0.25), "0.5", "0.2", burst=50)
    audited = [ruling for ruling in decide(budget, [0.5] * 100) if ruling.verdict is Verdict.AUDIT]

    assert len(audited) == 9
    assert [ruling.probability for ruling in audited] == pytest.approx([0.1 + 0.9 * 0.25] * 9)


def test_texts_below_the_threshold_have_the_probability_of_an_audit_and_none_while_audits_are_refused() -> None:
    budget = Budget(lambda fraction: Greedy(fraction, probability=0.0), "0.5", "0.2", max_open=3)
    decide(budget, [0.5] * 20)
    full = budget.decide_run([0.5] * 10, 0.0, open_requests=3)
    free = budget.decide_run([0.5] * 10, 0.0, open_requests=0)

    assert {ruling.reason for ruling in full} == {Reason.BELOW_THRESHOLD, Reason.QUEUE_FULL}  # one was to be audited
    assert {ruling.probability for ruling in full} == {0.0}
    assert {ruling.probability for ruling in free} == {0.1}
