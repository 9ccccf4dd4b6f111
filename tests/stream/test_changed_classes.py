"""A class is renamed, merged or removed -> all that names it follows: no answer is compared with what it was called."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import commands
from stream.class_change import ClassChange
from stream.commands import Refused
from stream.drift.class_mix import ClassMix, Mix
from stream.evaluation.by_class import ByClass
from stream.learner import Learner
from stream.parts import entries_below
from stream.pending import Pending, PendingRequest
from stream.records import Label, OutcomeKind
from tests.stream.evaluation.test_stability import WINDOW, Model, watched
from tests.stream.test_commands import everything
from tests.stream.test_learner import EAST, NORTH, answer, items, learner_with
from tests.stream.test_pending import waiting

SOUTH = (0.0, -1.0)


def asking() -> Learner:
    """A learner that knows east, north and south, with an audit open about a text that it took for north."""
    learner = learner_with(audit_share="1")
    seen = learner.observe(items(EAST, NORTH, SOUTH, labels=["east", "north", "south"]), 0.0)
    while not seen.requests:
        seen = learner.observe(items((0.6, 0.8), start=learner.texts), 1.0)
    return learner


def only(learner: Learner) -> PendingRequest:
    (waiting,) = learner.parts.pending
    return waiting


def right(learner: Learner, label: str) -> int:
    """How many audits were right, once this is the answer to the open one."""
    learner.learn([Label(only(learner).request.request_id, label, "ann", 0)], 2.0)
    return learner.parts.evaluation.audit.right


def test_the_right_answer_is_what_a_renamed_class_is_called_now() -> None:
    learner = asking()
    before = only(learner)
    commands.rename(learner, "north", "up")

    after = only(learner)
    assert (before.predicted, after.predicted) == ("north", "up")
    assert after.request.suggestions == tuple(
        (label.replace("north", "up"), share) for label, share in before.request.suggestions
    )
    assert right(learner, "up") == 1
    assert learner.parts.evaluation.audit_by_class.scores["up"].recall == 1.0


def test_a_merged_class_had_the_probability_of_both() -> None:
    learner = asking()
    before = only(learner)
    shares = dict(before.request.suggestions)
    commands.merge(learner, "north", "south")

    after = only(learner)
    assert (after.predicted, before.classes, after.classes) == ("south", 3, 2)
    assert after.request.suggestions[0] == ("south", pytest.approx(shares["north"] + shares["south"]))
    assert [label for label, _ in after.request.suggestions] == ["south", "east"]
    assert right(learner, "south") == 1


def test_a_removed_class_was_no_prediction() -> None:
    learner = asking()
    commands.remove(learner, "north")

    assert (only(learner).predicted, only(learner).classes) == (None, 2)
    assert {label for label, _ in only(learner).request.suggestions} == {"east", "south"}
    with pytest.raises(Refused, match="there is no class 'north'"):
        commands.remove(learner, "north")


def test_an_audit_is_scored_with_what_the_predicted_class_had_not_with_what_merged_ones_have() -> None:
    asked = waiting("r", ("a", 0.4), ("b", 0.35), ("c", 0.25))
    merged = asked.changed(ClassChange("b", "c"), ("a", "b", "c"))

    assert merged.request.suggestions == (("c", 0.6), ("a", 0.4))
    assert (merged.predicted, merged.probability) == ("a", 0.4)
    assert merged.changed(ClassChange("a", None), ("a", "c")).probability == 0.0


@pytest.mark.parametrize("change", [commands.rename, commands.merge])
def test_an_answer_that_names_a_class_as_it_was_called_when_it_was_asked_does_not_bring_it_back(
    change: Callable[[Learner, str, str], object],
) -> None:
    learner = asking()
    now = "up" if change is commands.rename else "south"
    change(learner, "north", now)

    assert right(learner, "north") == 1
    assert "north" not in learner.parts.knowledge.model.classes
    assert [each.label for each in learner.parts.knowledge.examples][-1] == now


def test_it_follows_through_several_changes_and_a_restart() -> None:
    learner, begun = asking(), learner_with(audit_share="1")
    state = everything(learner)
    commands.rename(learner, "north", "up")
    commands.merge(learner, "up", "south")
    begun.restore(state | everything(learner), np.empty((0, 2), np.float32))

    assert right(begun, "north") == 1
    assert set(begun.parts.knowledge.model.classes) == {"east", "south"}


def test_a_request_that_is_asked_after_a_class_was_renamed_may_be_answered_with_its_old_name() -> None:
    learner = asking()
    commands.rename(learner, "north", "up")
    later = learner.observe(items((0.8, 0.6), start=learner.texts), 3.0)
    answer(learner, later, "north")

    assert "north" in learner.parts.knowledge.model.classes


def test_a_class_that_has_the_old_name_of_another_one_is_meant_by_it() -> None:
    learner = asking()
    commands.rename(learner, "north", "up")
    commands.rename(learner, "south", "north")
    right(learner, "north")

    assert [each.label for each in learner.parts.knowledge.examples][-1] == "north"


def test_the_old_name_of_a_class_that_is_removed_is_a_new_class() -> None:
    learner = asking()
    commands.rename(learner, "north", "up")
    commands.remove(learner, "up")
    right(learner, "north")

    assert set(learner.parts.knowledge.model.classes) == {"east", "south", "north"}


def test_an_answer_with_the_old_name_that_comes_again_is_a_repeat() -> None:
    learner = asking()
    label = Label(only(learner).request.request_id, "north", "ann", 0)
    commands.rename(learner, "north", "up")
    outcomes = [learner.learn([label], 2.0).outcomes[0].outcome for _ in range(2)]

    assert outcomes == [OutcomeKind.LEARNED, OutcomeKind.REPEATED]


def test_only_the_last_hundred_changes_are_remembered() -> None:
    waiting = only(asking())
    for number in range(150):
        waiting = waiting.changed(ClassChange(f"class {number}", "east"), [f"class {number}", "east"])

    assert [before for before, _ in waiting.renamed] == [f"class {number}" for number in range(50, 150)]


def test_a_restored_request_has_the_new_name() -> None:
    learner = asking()
    state = everything(learner)
    commands.rename(learner, "north", "up")
    state |= everything(learner)
    pending = Pending()
    pending.restore(entries_below("pending/", state))

    assert [waiting.predicted for waiting in pending] == ["up"]


def test_what_was_told_class_by_class_is_told_by_the_new_name() -> None:
    scores = ByClass()
    for predicted, label in (("a", "a"), ("b", "a"), ("c", "b")):
        scores.update(predicted, label)
    scores.change(ClassChange("b", "d"))
    assert {label: score.answers for label, score in scores.scores.items()} == {"a": 2, "d": 1}
    scores.change(ClassChange("a", "d"))
    assert scores.scores["d"].answers == 3


def test_a_renamed_class_is_no_drift() -> None:
    mix = ClassMix()
    assert list(mix.update(["a"] * 700)) == []
    mix.change(ClassChange("a", "b"))

    assert list(mix.update(["b"] * 300)) == [Mix(300, 0.0)]


def test_a_renamed_class_is_no_change_of_mind() -> None:
    stability = watched(0)
    stability.change(ClassChange("a", "b"))
    renamed = Model(0, 40, others="b")
    stability.refitted(40, WINDOW, renamed.best)

    assert stability.changed == 0.0


def test_skipped_requests_that_can_still_be_corrected_follow_as_well() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST, NORTH, EAST, EAST, labels=["east", "north", None, None]), 0.0)
    for row in (0, 1):
        answer(learner, seen, None, row=row)
    commands.rename(learner, "east", "right")

    assert [waiting.predicted for waiting in learner.parts.pending.kept()] == ["right", "right"]


def test_a_rename_of_a_class_that_is_gone_does_not_advise_a_merge() -> None:
    learner = asking()
    commands.remove(learner, "north")
    with pytest.raises(Refused, match="there is no class 'north'"):
        commands.rename(learner, "north", "south")


def test_a_rename_to_the_same_name_says_so() -> None:
    with pytest.raises(Refused, match="'north' is called so already"):
        commands.rename(asking(), "north", "north")
