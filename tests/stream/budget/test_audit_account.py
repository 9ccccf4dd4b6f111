"""One audit a block, each paid for by the block before: whatever the blocks were before a restart."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from stream.budget.audit_account import AuditAccount

RATES = st.fractions(0, 1, max_denominator=30)


def audited(audits: AuditAccount, texts: range) -> list[int]:
    return [text for text in texts if audits.due(text)]


def gone_on(before: AuditAccount, rate: Fraction, texts: int) -> AuditAccount:
    """An account of another rate that goes on with the state of one before, so many texts into the stream."""
    after = AuditAccount(rate, seed=1)
    after.restore(before.save(), texts)
    return after


def test_blocks_of_another_length_begin_with_one_that_pays() -> None:
    before = AuditAccount(Fraction(1, 4), seed=1)
    assert [text // 4 for text in audited(before, range(14))] == [1, 2, 3]
    after = gone_on(before, Fraction(1, 10), 14)

    assert after.chance == 0.0
    places = audited(after, range(14, 64))
    assert [(place - 14) // 10 for place in places] == [1, 2, 3, 4]
    assert after.chance == 0.1


@given(RATES, RATES, st.integers(0, 80))
def test_no_change_of_the_rate_makes_audits_that_no_text_has_paid_for(old: Fraction, new: Fraction, cut: int) -> None:
    before = AuditAccount(old, seed=1)
    made = len(audited(before, range(cut)))
    after = gone_on(before, new, cut)

    for text in range(cut, cut + 120):
        made += after.due(text)
        assert made <= before.rate * cut + after.rate * (text + 1 - cut)
