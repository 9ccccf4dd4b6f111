"""No source takes more than its share of the requests and ten, at any prefix, however many sources there are."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.budget.accounts import Budget
from stream.budget.source_shares import GRACE, SourceShares
from stream.records import Reason, Verdict
from tests.stream.budget.test_accounts import Greedy, through_json


def asked(shares: SourceShares, sources: list[str]) -> list[str]:
    """The sources of the requests that are made, where each text would be asked about."""
    made = []
    for source in sources:
        if shares.refusal(source) is None:
            shares.count(source)
            made.append(source)
    return made


def test_a_source_alone_gets_its_grace_and_the_share_of_that() -> None:
    assert len(asked(SourceShares(Fraction(1, 2)), ["mail"] * 500)) == 20  # n <= 10 + n / 2
    assert SourceShares(Fraction(1, 2)).refusal("mail") is None


def test_a_busy_source_waits_for_the_others() -> None:
    made = Counter(asked(SourceShares(Fraction(1, 4)), (["busy"] * 97 + ["a", "b", "c"]) * 40))

    assert [made[source] for source in "abc"] == [40, 40, 40]
    assert made["busy"] == 52  # n <= 10 + (117 + n) / 4, before the last three


@settings(deadline=None)
@given(
    st.fractions(0, 1, max_denominator=12).filter(lambda share: share < 1),
    st.lists(st.sampled_from("aaaaaabbcdefg"), max_size=400),
    st.integers(1, 4),
    st.integers(0, 400),
)
def test_no_prefix_gives_a_source_more(share: Fraction, sources: list[str], remember: int, cut: int) -> None:
    shares, made = SourceShares(share, remember), Counter[str]()
    for place, source in enumerate(sources):
        if place == cut:
            saved = json.loads(json.dumps(shares.save()))
            shares = SourceShares(share, remember)
            shares.restore(saved)
        for each in asked(shares, [source]):
            made[each] += 1
            assert made[each] <= GRACE + share * made.total()
    assert len(shares.save()["asked"]) <= remember


def test_sources_beyond_those_remembered_share_one_share() -> None:
    shares = SourceShares(Fraction(0), remember=2)

    made = Counter(asked(shares, [source for source in "abcde" for _ in range(30)]))

    assert (made["a"], made["b"], made["c"] + made["d"] + made["e"]) == (10, 10, 10)


def test_a_share_of_one_limits_and_counts_nothing() -> None:
    shares = SourceShares(Fraction(1))

    assert len(asked(shares, ["mail"] * 500)) == 500
    assert shares.save() == {"asked": {}, "others": 0, "all": 0}


def test_the_budget_refuses_by_source_but_audits_all_the_same() -> None:
    def new() -> Budget:
        return Budget(Greedy, "0.5", "0.2", source_share="0.5")

    budget, restored = new(), new()
    rulings = [budget.decide(0.5, 0.0, 0, "mail") for _ in range(200)]
    issued = Counter(ruling.verdict for ruling in rulings)
    restored.restore(through_json(budget.save()))

    assert (issued[Verdict.ASK], issued[Verdict.AUDIT]) == (20, 19)
    assert rulings[-1].reason in (Reason.SOURCE_LIMIT, Reason.AUDIT)
    assert rulings[-1].probability == pytest.approx(0.1)  # the audit's
    assert restored.decide(0.5, 0.0, 0, "chat").verdict is Verdict.ASK
    assert restored.decide(0.5, 0.0, 0, "mail").verdict is Verdict.ASK  # 21 = 10 + 22 / 2
    assert restored.decide(0.5, 0.0, 0, "mail").reason is Reason.SOURCE_LIMIT
