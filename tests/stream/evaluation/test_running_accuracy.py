"""Answers tell the accuracy on all texts so far, and beside it that of the last ones."""

from __future__ import annotations

import pytest

from stream.evaluation.confidence import anytime_interval, wilson_interval
from stream.evaluation.running_accuracy import Estimate, RunningAccuracy


def audited(right: int, wrong: int, window: int = 200) -> RunningAccuracy:
    audit = RunningAccuracy(window)
    for correct in [True] * right + [False] * wrong:
        audit.update(correct)
    return audit


def test_nothing_is_known_before_the_first_answer() -> None:
    assert RunningAccuracy().running == RunningAccuracy().recent == Estimate(None, 0.0, 1.0, 0)


def test_the_running_accuracy_is_of_all_answers_with_the_anytime_interval() -> None:
    assert audited(80, 20, window=10).running == (0.8, *anytime_interval(80, 100), 100)


def test_the_recent_accuracy_is_of_the_last_answers_with_wilsons_interval() -> None:
    assert audited(80, 4, window=10).recent == (0.6, *wilson_interval(6, 10), 10)


def test_a_restored_one_goes_on() -> None:
    audit, restored = audited(3, 1, window=3), RunningAccuracy(window=3)
    restored.restore(audit.save())
    for each in (audit, restored):
        each.update(False)

    assert restored.running == audit.running == audited(3, 2).running
    assert restored.recent == audit.recent == audited(1, 2).recent


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="0"):
        RunningAccuracy(window=0)


@pytest.mark.parametrize(("after", "right", "answers"), [(True, 4, 4), (False, 3, 4), (None, 3, 3)])
def test_a_corrected_answer_counts_as_what_it_became(after: bool | None, right: int, answers: int) -> None:
    audit = audited(3, 1)
    audit.revise(False, after)

    assert (audit.right, audit.answers) == (right, answers)
    assert (audit.recent.estimate, audit.recent.answers) == (right / answers, answers)


def test_a_correction_of_what_has_left_the_window_changes_the_counts_alone() -> None:
    audit = audited(1, 3, window=2)
    audit.revise(True, False)

    assert (audit.right, audit.answers, audit.recent.answers) == (0, 4, 2)


def test_in_the_window_the_last_answer_like_it_is_corrected() -> None:
    audit = audited(2, 0, window=2)
    audit.revise(True, False)
    audit.update(True)

    assert audit.recent.estimate == 0.5  # the first of the two has left, and the wrong one is the second


def test_in_the_window_the_last_answer_like_it_is_taken_back() -> None:
    audit = RunningAccuracy(window=3)
    for correct in (True, False, True):
        audit.update(correct)
    audit.revise(True, None)
    for _ in range(2):
        audit.update(False)

    assert audit.recent.estimate == 0.0  # right, wrong, wrong, wrong: the right one has left
