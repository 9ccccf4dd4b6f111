"""Answers -> every estimator hears of those that it is for."""

from __future__ import annotations

from stream.evaluation.evaluation import Evaluation
from stream.records import State


def test_only_answers_to_audits_count_for_the_accuracy_on_all_texts() -> None:
    evaluation = Evaluation()
    evaluation.answered("spam", 0.75, "spam", audit=True)
    evaluation.answered("spam", 0.5, "ham", audit=False)

    assert (evaluation.audit.answers, evaluation.audit.right) == (1, 1)
    assert (evaluation.prequential.answers, evaluation.prequential.right) == (2, 1)
    assert list(evaluation.audit_by_class.scores) == ["spam"]
    assert list(evaluation.by_class.scores) == ["spam", "ham"]
    assert evaluation.calibration.bins == [(1, 0.75, 1.0)]


def test_a_restored_one_goes_on_with_the_same_answers() -> None:
    evaluation, state = Evaluation(), State()
    evaluation.answered("spam", 0.75, "ham", audit=True)
    state.update({key: entry for key, entry in evaluation.changes().items() if entry is not None})
    restored = Evaluation()
    restored.restore(state)

    assert (restored.audit.running, restored.prequential.running.estimate) == (evaluation.audit.running, 0.0)
    assert restored.calibration.bins == evaluation.calibration.bins
    assert restored.by_class.scores == restored.audit_by_class.scores == evaluation.by_class.scores
