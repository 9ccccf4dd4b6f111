"""Answers -> every estimator hears of those that it is for."""

from __future__ import annotations

from stream.evaluation.evaluation import Evaluation
from stream.records import State


def test_only_answers_to_audits_count_for_the_accuracy_on_all_texts() -> None:
    evaluation = Evaluation()
    evaluation.answered("spam", "spam", audit=True)
    evaluation.answered("spam", "ham", audit=False)

    assert (evaluation.audit.answers, evaluation.audit.estimate) == (1, 1.0)
    assert (evaluation.prequential.answers, evaluation.prequential.correct) == (2, 1)


def test_a_restored_one_goes_on_with_the_same_answers() -> None:
    evaluation, state = Evaluation(), State()
    evaluation.answered("spam", "ham", audit=True)
    state.update({key: entry for key, entry in evaluation.changes().items() if entry is not None})
    restored = Evaluation()
    restored.restore(state)

    assert (restored.audit.answers, restored.audit.estimate, restored.prequential.accuracy) == (1, 0.0, 0.0)
