"""The audits' accuracy is unbiased, and its interval is Wilson's."""

from __future__ import annotations

import numpy as np
import pytest

from stream.evaluation.audit import AuditAccuracy


def audited(right: int, wrong: int) -> AuditAccuracy:
    audit = AuditAccuracy()
    for correct in [True] * right + [False] * wrong:
        audit.update(correct)
    return audit


def test_nothing_is_known_before_the_first_answer() -> None:
    audit = AuditAccuracy()

    assert (audit.estimate, audit.low, audit.high, audit.answers) == (None, 0.0, 1.0, 0)


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    [(8, 2, 0.4902, 0.9433), (81, 182, 0.2553, 0.3662), (0, 10, 0.0, 0.2775), (10, 0, 0.7225, 1.0)],
)
def test_the_interval_is_that_of_wilson(right: int, wrong: int, low: float, high: float) -> None:
    audit = audited(right, wrong)

    assert audit.estimate == right / (right + wrong)
    assert (audit.low, audit.high) == pytest.approx((low, high), abs=6e-5)


def test_the_interval_covers_the_truth_in_95_of_100_cases() -> None:
    rng, covered = np.random.default_rng(0), 0
    for right in rng.binomial(60, 0.8, 2_000).tolist():
        audit = audited(right, 60 - right)
        covered += audit.low <= 0.8 <= audit.high

    assert 0.93 <= covered / 2_000 <= 0.97


def test_old_answers_leave_the_window() -> None:
    audit = AuditAccuracy(window=3)
    for correct in (False, True, True, True):
        audit.update(correct)

    assert (audit.estimate, audit.answers) == (1.0, 3)


def test_a_restored_one_goes_on() -> None:
    audit, restored = audited(3, 1), AuditAccuracy()
    restored.restore(audit.save())
    restored.update(False)

    assert (restored.estimate, restored.answers) == (0.6, 5)
    assert restored.low == audited(3, 2).low


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="0"):
        AuditAccuracy(window=0)
