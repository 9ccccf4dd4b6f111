"""Predictions are counted as right or wrong, over all answers and over the last ones."""

from __future__ import annotations

import pytest

from stream.evaluation.prequential import Prequential


def test_there_is_no_accuracy_before_the_first_answer() -> None:
    assert Prequential().accuracy is None
    assert Prequential().recent_accuracy is None


def test_the_share_of_right_predictions_is_the_accuracy() -> None:
    prequential = Prequential(window=2)
    for predicted, label in [("a", "a"), (None, "b"), ("b", "a"), ("b", "b")]:
        prequential.update(predicted, label)

    assert (prequential.answers, prequential.correct) == (4, 2)
    assert prequential.accuracy == 0.5
    assert prequential.recent_accuracy == 0.5
    prequential.update("b", "b")
    assert prequential.recent_accuracy == 1.0


def test_a_restored_one_goes_on() -> None:
    prequential, restored = Prequential(window=2), Prequential(window=2)
    for predicted in "abb":
        prequential.update(predicted, "b")
    restored.restore(prequential.save())
    for each in (prequential, restored):
        each.update("a", "b")

    assert restored.save().fields == prequential.save().fields == {"answers": 4, "correct": 2}
    assert restored.recent_accuracy == prequential.recent_accuracy == 0.5


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="0"):
        Prequential(window=0)
