"""What an answer says of the model: tested once, before it is learned, and as it was corrected."""

from __future__ import annotations

import pytest

from stream import commands
from stream.evaluation.evaluation import Evaluation
from stream.records import Label
from tests.stream.test_changed_classes import asking, only, right
from tests.stream.test_learner import EAST, NORTH, answer, items, learner_with


def test_a_text_that_brings_its_label_is_tested_on_it_before_it_is_learned() -> None:
    learner = learner_with()
    learner.observe(items(EAST, EAST, EAST, labels=["east", "east", "west"]), 0.0)

    tested = learner.parts.evaluation.prequential
    assert (tested.answers, tested.right) == (3, 1)  # nothing was predicted before the first
    assert learner.parts.evaluation.audit.answers == 0


def test_a_given_label_that_is_not_accepted_says_nothing() -> None:
    learner = learner_with(closed={"east"})
    learner.observe(items(EAST, labels=["west"]), 0.0)

    assert learner.parts.evaluation.prequential.answers == 0


@pytest.mark.parametrize(("corrected", "right_then"), [("north", 1), ("south", 0)])
def test_an_audit_counts_as_its_answer_was_corrected(corrected: str, right_then: int) -> None:
    learner = asking()
    request_id = only(learner).request.request_id
    assert right(learner, "east") == 0
    learner.learn([Label(request_id, corrected, "ann", 1, corrects=True)], 3.0)

    audits = learner.parts.evaluation.audit
    assert (audits.answers, audits.right) == (1, right_then)
    assert list(learner.parts.evaluation.audit_by_class.scores) == [corrected]


def test_an_audit_whose_answer_is_taken_back_counts_no_more() -> None:
    learner = asking()
    request_id = only(learner).request.request_id
    assert right(learner, "north") == 1
    learner.learn([Label(request_id, None, "ann", 1, corrects=True)], 3.0)

    audits = learner.parts.evaluation.audit
    assert (audits.answers, audits.right) == (0, 0)
    assert learner.parts.evaluation.audit_by_class.macro_f1 is None


def test_a_correction_of_what_is_no_audit_leaves_the_accuracy_of_all_texts() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST, NORTH), 0.0)
    answer(learner, seen, "east")
    answer(learner, seen, "north", corrects=True)

    evaluation = learner.parts.evaluation
    assert (evaluation.prequential.answers, evaluation.audit.answers) == (1, 0)
    assert list(evaluation.by_class.scores) == ["north"]


def test_an_audit_that_took_one_of_two_merged_classes_for_the_other_was_right_and_can_still_be_corrected() -> None:
    learner = asking()
    request_id = only(learner).request.request_id
    assert right(learner, "south") == 0  # north had been predicted
    commands.merge(learner, "south", "north")
    evaluation = learner.parts.evaluation
    assert (evaluation.audit.right, evaluation.audit_by_class.scores["north"].f1) == (1, 1.0)
    learner.learn([Label(request_id, "east", "ann", 1, corrects=True)], 3.0)

    assert (evaluation.audit.answers, evaluation.audit.right) == (1, 0)
    assert evaluation.audit_by_class.scores["east"].f1 == 0.0


def test_what_no_count_knows_cannot_be_taken_from_it() -> None:
    evaluation = Evaluation()
    evaluation.answered("a", 0.5, "b", audit=True)
    evaluation.corrected("a", "a", "c", audit=True)

    assert evaluation.audit.right == 0
    assert list(evaluation.audit_by_class.scores) == ["b"]
