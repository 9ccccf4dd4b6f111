"""A text that is about to be asked about may be refused for an open request near it: uncharged, and not urged for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget import RULES
from stream.budget.accounts import Budget, Ruling
from stream.records import Reason, Verdict
from tests.stream.budget.test_accounts import Greedy, through_json


def test_only_texts_about_to_be_asked_about_are_looked_at_by_their_place_in_the_run() -> None:
    looked_at: list[int] = []

    def refuses(offset: int) -> bool:
        looked_at.append(offset)
        return len(looked_at) < 3

    budget = Budget(Greedy, "0.5", "0")
    rulings = budget.decide_run([0.5] * 9, 0.0, 0, refuses=refuses)

    # Half a request a text: the second can be asked about, and each from then on while nothing is charged.
    assert looked_at == [1, 2, 3]
    assert [ruling.verdict for ruling in rulings] == [Verdict.SKIP] * 3 + [Verdict.ASK]
    assert [ruling.reason for ruling in rulings] == [
        Reason.OUT_OF_BUDGET,
        Reason.NEAR_OPEN_REQUEST,
        Reason.NEAR_OPEN_REQUEST,
        Reason.UNCERTAIN,
    ]
    assert budget.asked == 1


def test_a_refused_text_has_the_probability_of_an_audit() -> None:
    budget = Budget(Greedy, "0.5", "0.2")
    rulings = [budget.decide_run([0.5], 0.0, 0, refuses=lambda offset: True)[0] for _ in range(30)]
    refused = [ruling for ruling in rulings[10:] if ruling.reason is Reason.NEAR_OPEN_REQUEST]

    assert len(refused) == 18
    assert {ruling.probability for ruling in refused} == {0.1}
    assert [ruling.verdict for ruling in rulings].count(Verdict.AUDIT) == 2


def test_a_refusal_sets_credit_aside_that_does_not_urge_the_rule() -> None:
    rules: list[Greedy] = []

    def rule(fraction: float) -> Greedy:
        rules.append(Greedy(fraction))
        return rules[-1]

    budget = Budget(rule, "0.5", "0", carry=8)
    for _ in range(100):
        budget.decide_run([0.5], 0.0, 0, refuses=lambda offset: True)

    assert max(rules[0].credits) <= 1
    assert sum(budget.decide(0.5, 0.0, 0).verdict is Verdict.ASK for _ in range(20)) == 17  # 8 and a half for each


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(list(RULES)),
    st.lists(st.floats(0, 1), max_size=200),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=200, max_size=200),
    st.sets(st.integers(0, 199)),
    st.integers(0, 200),
)
def test_refusals_and_sources_are_decided_alike_in_runs_singly_and_restored(
    rule: str, utilities: list[float], sources: list[str], near: set[int], cut: int
) -> None:
    def new() -> Budget:
        return Budget(RULES[rule], "0.5", "0.1", burst=20, source_share="0.4", max_queue_seconds=60, drift_reserve=".2")

    budget, rulings = new(), list[Ruling]()
    while (begin := len(rulings)) < len(utilities):
        rulings += budget.decide_run(
            utilities[begin:], 0.0, 0, sources[begin:], refuses=lambda offset, begin=begin: begin + offset in near
        )
    twin = new()
    for place, utility in enumerate(utilities):
        if place == cut:
            saved, twin = through_json(twin.save()), new()
            twin.restore(saved)
        (ruling,) = twin.decide_run([utility], 0.0, 0, [sources[place]], lambda offset, place=place: place in near)
        assert ruling == rulings[place]
        assert twin.overdrawn == 0
    assert not any(ruling.verdict is Verdict.ASK for place, ruling in enumerate(rulings) if place in near)
