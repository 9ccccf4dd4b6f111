"""Precision, recall, F1 and share of each class, by hand."""

from __future__ import annotations

import json

import pytest

from stream.evaluation.by_class import ByClass, ClassScore
from stream.evaluation.scores import macro_f1
from stream.records import Entry

PREDICTED = ["a", "a", "a", "b", "b", None]
LABELS = ["a", "a", "b", "b", "a", "c"]


def scored() -> ByClass:
    by_class = ByClass()
    for predicted, label in zip(PREDICTED, LABELS, strict=True):
        by_class.update(predicted, label)
    return by_class


def test_each_class_is_scored_by_its_hits_among_predictions_and_answers() -> None:
    scores = scored().scores

    assert list(scores) == ["a", "b", "c"]
    assert scores["a"] == ClassScore(pytest.approx(2 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3), 0.5, 3)
    assert scores["b"] == ClassScore(0.5, 0.5, 0.5, pytest.approx(1 / 3), 2)
    assert scores["c"] == ClassScore(0.0, 0.0, 0.0, pytest.approx(1 / 6), 1)


def test_macro_f1_is_the_mean_over_the_answered_classes() -> None:
    assert scored().macro_f1 == pytest.approx(macro_f1(PREDICTED, LABELS))
    assert ByClass().macro_f1 is None


def test_a_class_that_was_only_predicted_has_no_score() -> None:
    by_class = ByClass()
    by_class.update("x", "a")

    assert list(by_class.scores) == ["a"]


def test_a_right_answer_that_is_corrected_is_no_hit_any_more() -> None:
    by_class = scored()
    by_class.revise("a", "a", "b")  # 3 predictions of a, 1 of 2 answers right; of b 2 predictions, 1 of 3 answers

    assert by_class.scores["a"] == ClassScore(pytest.approx(1 / 3), 0.5, 0.4, pytest.approx(1 / 3), 2)
    assert by_class.scores["b"] == ClassScore(0.5, pytest.approx(1 / 3), 0.4, 0.5, 3)


def test_a_wrong_answer_that_is_corrected_to_what_was_predicted_is_a_hit() -> None:
    by_class = scored()
    by_class.revise("b", "a", "b")

    assert by_class.scores["a"] == ClassScore(pytest.approx(2 / 3), 1.0, pytest.approx(0.8), pytest.approx(1 / 3), 2)
    assert by_class.scores["b"] == ClassScore(1.0, pytest.approx(2 / 3), pytest.approx(0.8), 0.5, 3)


def test_an_answer_that_is_taken_back_counts_no_more() -> None:
    by_class = scored()
    by_class.revise("a", "a", None)
    by_class.revise(None, "c", None)

    assert by_class.scores["a"] == ClassScore(0.5, 0.5, 0.5, 0.5, 2)
    assert "c" not in by_class.scores


def test_a_restored_one_goes_on() -> None:
    restored = ByClass()
    restored.restore(Entry(json.loads(json.dumps(scored().save().fields))))
    restored.update("c", "c")

    assert restored.scores["c"] == ClassScore(1.0, 0.5, pytest.approx(2 / 3), pytest.approx(2 / 7), 2)
    assert restored.scores["a"].f1 == scored().scores["a"].f1
