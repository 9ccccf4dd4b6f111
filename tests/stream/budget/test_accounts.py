"""No prefix of any stream is over the budget, audits are where they were drawn, and each decision says why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget import RULES
from stream.budget.accounts import Budget, Ruling
from stream.budget.base import BudgetRule, Proposal
from stream.budget.window_quantile import WindowQuantile
from stream.records import Entry, Reason, Verdict

SHARES = st.fractions(0, 1, max_denominator=60) | st.sampled_from([Fraction(0), Fraction(1)])
UTILITIES = st.lists(st.floats(0, 1), max_size=300) | st.builds(
    lambda u, n: [u] * n, st.floats(0, 1), st.integers(0, 300)
)


class Greedy(BudgetRule):
    """Would ask about everything, or about a fixed share."""

    def __init__(self, fraction: float, probability: float = 1.0) -> None:
        self.probability = probability
        self.credits: list[float] = []

    def propose(self, utility: float, credit: float) -> Proposal:
        self.credits.append(credit)
        return Proposal(self.probability, 0.0)

    def save(self) -> Entry:
        return Entry()

    def restore(self, entry: Entry) -> None:
        pass


def decide(budget: Budget, utilities: Sequence[float], now: float = 0.0, open_requests: int = 0) -> list[Ruling]:
    return [budget.decide(utility, now, open_requests) for utility in utilities]


def verdicts(rulings: Sequence[Ruling]) -> str:
    return "".join({Verdict.SKIP: ".", Verdict.ASK: "a", Verdict.AUDIT: "A"}[ruling.verdict] for ruling in rulings)


def through_json(entry: Entry) -> Entry:
    fields = json.loads(json.dumps(entry.fields))
    return Entry(fields, {name: np.array(array) for name, array in entry.arrays.items()})


@settings(deadline=None)
@given(SHARES, SHARES, st.integers(0, 5), UTILITIES, st.sampled_from([*RULES.values(), Greedy]), st.integers())
def test_no_prefix_of_any_stream_is_over_the_budget(
    fraction: Fraction, audit_share: Fraction, burst: int, utilities: list[float], rule: Any, seed: int
) -> None:
    budget = Budget(rule, fraction, audit_share, burst=burst, seed=seed)
    issued = 0
    for seen, utility in enumerate(utilities, 1):
        issued += budget.decide(utility, 0.0, 0).verdict is not Verdict.SKIP
        assert issued <= fraction * seen + burst
        assert (budget.asked, budget.seen) == (issued, seen)


def test_a_decimal_string_is_the_fraction_that_it_writes() -> None:
    rulings = decide(Budget(Greedy, "0.05", "0"), [0.5] * 60)

    assert verdicts(rulings) == ("." * 19 + "a") * 3


def test_everything_is_asked_about_at_a_fraction_of_one() -> None:
    assert verdicts(decide(Budget(Greedy, "1", "0"), [0.0] * 5)) == "aaaaa"


@pytest.mark.parametrize("audit_share", ["0", "0.1", "1"])
def test_nothing_is_ever_asked_about_at_a_fraction_of_zero(audit_share: str) -> None:
    rulings = decide(Budget(Greedy, "0", audit_share), [1.0] * 500)

    assert verdicts(rulings) == "." * 500
    assert {ruling.probability for ruling in rulings} == {0.0}


def test_a_share_of_one_only_audits() -> None:
    assert verdicts(decide(Budget(Greedy, "1", "1"), [0.5] * 6)) == ".AAAAA"
    assert set(verdicts(decide(Budget(Greedy, "0.3", "1"), [0.5] * 400))) == {".", "A"}


def test_each_block_but_the_first_has_one_audit() -> None:
    audited = [r.verdict is Verdict.AUDIT for r in decide(Budget(Greedy, "0.05", "0.1"), [0.5] * 2_000)]

    assert [sum(audited[start : start + 200]) for start in range(0, 2_000, 200)] == [0] + [1] * 9


def test_the_blocks_are_rounded_up_and_asking_gets_what_that_leaves() -> None:
    rulings = decide(Budget(Greedy, "0.3", "0.5"), [0.5] * 7_000)  # 1 / 0.15 = 6.67: blocks of 7 texts
    issued = Counter(ruling.verdict for ruling in rulings)

    assert issued[Verdict.AUDIT] == 999
    assert issued[Verdict.ASK] == 1_100  # 0.3 - 1/7 a text


def test_audits_fall_evenly_over_their_blocks() -> None:
    places: Counter[int] = Counter()
    for seed in range(40):
        rulings = decide(Budget(Greedy, "0.5", "0.2", seed=seed), [0.5] * 1_010)
        places.update(place % 10 for place, r in enumerate(rulings) if r.verdict is Verdict.AUDIT)

    assert sum(places.values()) == 4_000
    assert min(places[place] for place in range(10)) > 320


def test_audits_do_not_depend_on_utilities() -> None:
    def audits(utilities: Sequence[float]) -> list[bool]:
        return [r.verdict is Verdict.AUDIT for r in decide(Budget(WindowQuantile, "0.2", seed=3), utilities)]

    assert audits([0.0] * 1_000) == audits([place / 1_000 for place in range(1_000)])


def test_each_reason_is_named() -> None:
    budget = Budget(Greedy, "0.5", "0", per_hour=2, max_open=3)
    reasons = [ruling.reason for ruling in decide(budget, [0.5] * 4)]
    reasons += [ruling.reason for ruling in decide(budget, [0.5] * 2)]
    reasons += [budget.decide(0.5, 3_600.0, open_requests=3).reason]

    assert reasons == [
        Reason.OUT_OF_BUDGET,
        Reason.UNCERTAIN,
        Reason.OUT_OF_BUDGET,
        Reason.UNCERTAIN,
        Reason.OUT_OF_BUDGET,
        Reason.RATE_LIMIT,
        Reason.QUEUE_FULL,
    ]


def test_a_low_utility_is_below_the_threshold_whatever_the_credit() -> None:
    ruling = decide(Budget(WindowQuantile, "0.05"), [0.9, 0.1])[1]

    assert (ruling.verdict, ruling.reason, ruling.threshold) == (Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.9)


def test_an_audit_that_a_limit_blocks_is_lost() -> None:
    budget = Budget(lambda fraction: Greedy(fraction, probability=0.0), "1", "0.5", max_open=5)
    blocked = decide(budget, [0.5] * 4, open_requests=5)
    free = decide(budget, [0.5] * 100)

    assert [ruling.reason for ruling in blocked].count(Reason.QUEUE_FULL) == 1
    assert verdicts(free).count("A") == 50


def test_audits_go_on_while_asking_fills_its_part_of_the_queue() -> None:
    rulings = decide(Budget(Greedy, "0.5", "0.2", max_open=10), [0.5] * 1_000, open_requests=8)

    assert Counter(verdicts(rulings)) == {"A": 99, ".": 901}


def test_unspent_credit_is_capped() -> None:
    budget = Budget(Greedy, "0.5", "0", carry=3)
    decide(budget, [0.5] * 1_000, open_requests=10_000)

    assert verdicts(decide(budget, [0.5] * 10)) == "aaaaa.a.a."  # 3, and a half each from the second on


def test_credit_that_the_rule_does_not_spend_is_capped_exactly() -> None:
    rules = [Greedy(0.3, probability=0.0)]
    decide(Budget(lambda fraction: rules[0], "0.3", "0", carry=2), [0.5] * 100)

    assert rules[0].credits[:7] == [0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.0]
    assert set(rules[0].credits[7:]) == {2.0}


def test_a_burst_is_there_from_the_start_even_above_the_carry() -> None:
    assert verdicts(decide(Budget(Greedy, "0.25", "0", burst=4, carry=2), [0.5] * 12)) == "aaaa..a...a."


def test_the_rule_is_not_urged_to_spend_what_a_limit_held_up() -> None:
    rules: list[Greedy] = []

    def rule(fraction: float) -> Greedy:
        rules.append(Greedy(fraction))
        return rules[-1]

    budget = Budget(rule, "0.5", "0", carry=8)
    decide(budget, [0.5] * 100, open_requests=10_000)
    after = decide(budget, [0.5] * 20)

    assert max(rules[0].credits[:100]) <= 1
    assert verdicts(after).count("a") == 17  # 8 carried, and a half for each of the 19 texts after the first


def test_few_places_go_to_the_highest_utilities() -> None:
    budget, asked = Budget(WindowQuantile, "0.05", "0", per_hour=20), []
    for second, utility in enumerate(np.random.default_rng(0).random(20_000).tolist()):
        if budget.decide(utility, float(second), 0).verdict is Verdict.ASK:
            asked.append(utility)

    assert len(asked) == 20 * 6
    assert np.mean(asked) > 0.9


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 8), st.integers(1, 12), st.lists(st.floats(0, 4_000), max_size=300), st.integers(0, 99))
def test_no_hour_and_no_day_holds_more_than_its_limit(
    per_hour: int, per_day: int, pauses: list[float], seed: int
) -> None:
    budget = Budget(Greedy, "0.9", "0.3", burst=20, per_hour=per_hour, per_day=per_day, seed=seed)
    issued, now = [], 0.0
    for pause in pauses:
        now += pause
        if budget.decide(0.5, now, 0).verdict is not Verdict.SKIP:
            issued.append(now)

    for start in issued:
        assert sum(start <= time < start + 3_600 for time in issued) <= per_hour
        assert sum(start <= time < start + 86_400 for time in issued) <= per_day


@settings(deadline=None, max_examples=60)
@given(SHARES, SHARES, UTILITIES, st.integers(0, 300), st.integers(0, 99))
def test_a_restored_budget_decides_the_same(
    fraction: Fraction, audit_share: Fraction, utilities: list[float], cut: int, seed: int
) -> None:
    def new() -> Budget:
        return Budget(WindowQuantile, fraction, audit_share, per_hour=30, per_day=40, max_open=9, burst=2, seed=seed)

    budget, restored = new(), new()
    for place, utility in enumerate(utilities[:cut]):
        budget.decide(utility, place * 60.0, place % 10)
    restored.restore(through_json(budget.save()))

    for place, utility in enumerate(utilities[cut:], cut):
        assert restored.decide(utility, place * 60.0, place % 10) == budget.decide(utility, place * 60.0, place % 10)
    assert json.dumps(restored.save().fields) == json.dumps(budget.save().fields)


@pytest.mark.parametrize(("old", "new"), [("0.05", "0.2"), ("0.2", "0.03"), ("0.05", "0")])
def test_another_fraction_holds_from_the_restart_on(old: str, new: str) -> None:
    before = Budget(Greedy, old, "0.5")
    decide(before, [0.5] * 1_003)
    after = Budget(Greedy, new, "0.5")
    after.restore(through_json(before.save()))

    issued = verdicts(decide(after, [0.5] * 5_000))

    for texts in range(1, 5_001, 7):
        assert before.asked + issued[:texts].count("a") + issued[:texts].count("A") <= (
            Fraction(old) * 1_003 + Fraction(new) * texts
        )
    assert len(issued.replace(".", "")) == pytest.approx(5_000 * float(new), abs=2)


@pytest.mark.parametrize("utility", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_utility_outside_its_range_is_refused(utility: float) -> None:
    budget = Budget(WindowQuantile, "0.05")

    with pytest.raises(ValueError, match="utility"):
        budget.decide(utility, 0.0, 0)
    assert budget.seen == 0


@pytest.mark.parametrize(
    "settings",
    [{"fraction": "1.01"}, {"fraction": "-0.1"}, {"audit_share": "2"}, {"burst": -1}, {"carry": 0}, {"per_day": -1}],
)
def test_impossible_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not"):
        Budget(WindowQuantile, **{"fraction": "0.05", **settings})
