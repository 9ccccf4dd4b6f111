"""Accuracy and macro F1 by hand."""

from __future__ import annotations

import pytest

from stream.evaluation.scores import accuracy, macro_f1


def test_accuracy_is_the_share_of_right_predictions() -> None:
    assert accuracy(["a", "b", None, "c"], ["a", "c", "c", "c"]) == 0.5
    assert accuracy([], []) == 0.0


def test_each_true_class_counts_the_same_in_macro_f1() -> None:
    # a: 3 hits of 3 predicted and 4 true, F1 = 6/7; b: 1 hit of 2 and 1, F1 = 2/3.
    assert macro_f1(["a", "a", "a", "b", "b"], ["a", "a", "a", "a", "b"]) == pytest.approx((6 / 7 + 2 / 3) / 2)


def test_classes_that_were_never_hit_count_zero_and_those_that_are_not_true_do_not_count() -> None:
    assert macro_f1(["a", "x", None], ["a", "b", "c"]) == pytest.approx(1 / 3)
    assert macro_f1([], []) == 0.0


@pytest.mark.parametrize("score", [accuracy, macro_f1])
def test_predictions_and_truth_of_different_length_are_refused(score: object) -> None:
    assert callable(score)
    with pytest.raises(ValueError, match="zip"):
        score(["a"], ["a", "b"])
