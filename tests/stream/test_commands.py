"""Commands -> a learner that keeps nothing of what was forgotten, and is what it would be without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream import commands, exact
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.commands import Refused
from stream.examples import Examples
from stream.knowledge import Knowledge
from stream.learner import Learner
from stream.model import MODELS
from stream.model.committee import Committee
from stream.near_duplicates import NearDuplicates
from stream.questions import request_id_of
from stream.records import ClassNames, Entry, Example, Items, Label, OutcomeKind, State, Verdict
from tests.laws.worlds import Configuration, new_learner
from tests.stream.test_knowledge import TEXTS, WINDOW, every_model, label, restored, taught

NOTHING = np.zeros((0, 16), np.float32)
ROWS = 60
LEARNED, SKIPPED, OPEN = 0, 1, 2


def bits(knowledge: Knowledge) -> dict[str, object]:
    """All arrays of the model and what they are made of, bit for bit."""
    state = {
        key: (entry.fields, {name: (array.dtype, array.shape, array.tobytes()) for name, array in entry.arrays.items()})
        for key, entry in knowledge.model.save().items()
    }
    predicted = knowledge.model.predict(TEXTS)
    return {
        **state,
        "classes": knowledge.model.classes,
        "predicted": (predicted.probabilities.tobytes(), predicted.query.tobytes()),
        "committee": knowledge.committee(TEXTS).tobytes(),
    }


def refitted(knowledge: Knowledge) -> Knowledge:
    """The same, with the job that is due adopted as a restored process would: from its saved form."""
    if knowledge.job is not None:
        knowledge.adopt(knowledge.model.restore_job(knowledge.job.save()).run())
    return knowledge


@every_model
@settings(max_examples=6)
@given(st.data())
def test_after_forgetting_the_model_is_bit_for_bit_one_rebuilt_from_the_other_examples(
    model: str, data: st.DataObject
) -> None:
    live = taught(model, rows=[])
    for row in range(ROWS):
        live.teach(Example(str(row), "text", TEXTS[row], label(row), f"r{row % 3}", label(row + 1), Verdict.ASK))
        live.refit_if_due(row + 1, lambda: WINDOW)
        refitted(live)
    gone = data.draw(st.sets(st.integers(0, ROWS - 1), max_size=ROWS))
    live.forget(map(str, gone))
    live.rebuild(ROWS, WINDOW)
    never = taught(model, rows=[])
    for row in [row for row in range(ROWS) if row not in gone]:
        never.teach(Example(str(row), "text", TEXTS[row], label(row), f"r{row % 3}", label(row + 1), Verdict.ASK))
    never.rebuild(ROWS, WINDOW)

    assert bits(refitted(live)) == bits(refitted(never))
    assert bits(restored(model, live)) == bits(live)


@every_model
def test_a_rebuilt_model_knows_the_named_classes_and_those_with_examples(model: str) -> None:
    knowledge = taught(model)
    knowledge.forget(str(row) for row in range(ROWS) if label(row) in ("class 0", "class 4"))
    assert "class 4" in knowledge.model.classes
    knowledge.rebuild(ROWS, WINDOW)

    assert knowledge.model.classes[:3] == ("class 0", "class 1", "class 2")
    assert sorted(knowledge.model.classes) == ["class 0", "class 1", "class 2", "class 3", "class 5"]


def test_a_rebuild_from_zero_ends_where_another_one_ends() -> None:
    knowledge = refitted_by_rebuild(taught("softmax_prototypes"))
    once = bits(knowledge)
    again = refitted_by_rebuild(knowledge)

    assert bits(again) == once


def refitted_by_rebuild(knowledge: Knowledge) -> Knowledge:
    knowledge.rebuild(ROWS, WINDOW)
    return refitted(knowledge)


def test_until_its_job_is_done_the_old_head_serves_on() -> None:
    knowledge = taught("softmax_prototypes")
    knowledge.refit_if_due(ROWS, lambda: WINDOW)
    refitted(knowledge)
    before = knowledge.model.predict(TEXTS).query.argmax(1)
    names = [knowledge.model.classes[column] for column in before]
    knowledge.rebuild(ROWS, WINDOW)

    assert [knowledge.model.classes[column] for column in knowledge.model.predict(TEXTS).query.argmax(1)] == names


# Over a whole learner, which asks about every text.


def new() -> Learner:
    parts = new_learner(Configuration()).parts
    return Learner(replace(parts, budget=Budget(RULES["window_quantile"], "1", "0"), near_duplicates=NearDuplicates()))


def asking() -> Learner:
    """One learned request, one skipped, one open, and a text that came with its label."""
    learner = new()
    texts = ["lost card", "refund please", "where is it?", "a fee"]
    origins = [f"c/t/0/{offset}" for offset in range(4)]
    rows = exact.unit(np.random.default_rng(3).standard_normal((4, 16)))
    items = Items(origins, ["mine", *origins[1:]], texts, rows, [None, None, None, "fee"], [""] * 4)
    learner.observe(items, 1.0)
    requests = [request_id_of(origin) for origin in origins]
    learner.learn([Label(requests[0], "lost", "ann", 0), Label(requests[1], None, "ann", 1)], 2.0)
    return settled(learner)


def settled(learner: Learner) -> Learner:
    while learner.job is not None:
        learner.adopt(learner.job.run())
    return learner


def kept(learner: Learner) -> str:
    """All that the learner would save, as text."""
    return repr([(key, entry.fields) for key, entry in everything(learner).items()])


def everything(learner: Learner) -> State:
    """All entries of a learner that is asked for the first time."""
    return {key: entry for key, entry in learner.changes().items() if isinstance(entry, Entry)}


@pytest.mark.parametrize("name", ["mine", "c/t/0/0", request_id_of("c/t/0/0")])
def test_a_learned_text_is_forgotten_by_its_id_its_origin_or_its_request(name: str) -> None:
    learner = asking()
    gone = commands.forget_text(learner, name, NOTHING)
    settled(learner)

    assert (gone.examples, gone.requests, gone.closed) == (1, (request_id_of("c/t/0/0"),), ())
    assert gone.names == {name, "mine"}
    assert "lost card" not in kept(learner)
    assert learner.parts.knowledge.model.classes == ("fee",)
    assert len(learner.parts.window) == 3
    assert len(learner.parts.landmarks) == 2


def test_an_open_request_is_closed_with_its_text() -> None:
    learner = asking()
    gone = commands.forget_text(learner, "c/t/0/2", NOTHING)

    assert (gone.examples, gone.closed) == (0, (request_id_of("c/t/0/2"),))
    assert "where is it?" not in kept(learner)
    (late,) = learner.learn([Label(gone.closed[0], "lost", "ann", 5)], 3.0).outcomes
    assert late.outcome is OutcomeKind.CLOSED


def test_a_skip_whose_text_is_forgotten_is_final() -> None:
    learner = asking()
    gone = commands.forget_text(learner, "c/t/0/1", NOTHING)

    assert (len(gone.requests), gone.closed) == (1, ())
    assert "refund please" not in kept(learner)
    (corrected,) = learner.learn([Label(gone.requests[0], "lost", "ann", 5, corrects=True)], 3.0).outcomes
    assert corrected.outcome is OutcomeKind.CLOSED


def test_a_text_that_brought_its_label_is_forgotten() -> None:
    learner = asking()
    assert commands.forget_text(learner, "c/t/0/3", NOTHING).examples == 1
    assert "a fee" not in kept(learner)


def test_a_text_that_was_only_decided_leaves_the_window() -> None:
    learner = asking()
    row = learner.parts.window.last(4)[2].copy()
    gone = commands.forget_text(learner, "unknown", row[None])

    assert (gone.examples, gone.requests, gone.names) == (0, (), {"unknown"})
    assert not (learner.parts.window.last(4) == row).all(axis=1).any()
    assert learner.job is not None


def test_what_is_unknown_changes_nothing() -> None:
    learner = asking()
    before = learner.version
    assert commands.forget_text(learner, "unknown", NOTHING).examples == 0
    assert (learner.version, learner.job) == (before, None)


def test_all_that_a_reviewer_taught_is_forgotten() -> None:
    learner = asking()
    assert commands.forget_reviewer(learner, "ann") == (request_id_of("c/t/0/0"),)
    assert [each.label for each in learner.parts.knowledge.examples] == ["fee"]
    assert commands.forget_reviewer(learner, "ann") == ()


def test_answers_of_a_reviewer_on_hold_are_not_learned_and_the_request_stays_open() -> None:
    learner = asking()
    commands.hold(learner, "ann", release=False)
    label = Label(request_id_of("c/t/0/2"), "lost", "ann", 7)
    (held,) = learner.learn([label], 3.0).outcomes
    with pytest.raises(Refused, match="already on hold"):
        commands.hold(learner, "ann", release=False)
    commands.hold(learner, "ann", release=True)
    (learned,) = learner.learn([label], 3.0).outcomes

    assert (held.outcome, learned.outcome) == (OutcomeKind.HELD, OutcomeKind.LEARNED)
    with pytest.raises(Refused, match="not on hold"):
        commands.hold(learner, "ann", release=True)


def test_who_is_on_hold_is_restored() -> None:
    learner, back = asking(), new()
    commands.hold(learner, "ann", release=False)
    back.restore(everything(learner), learner.parts.window.last(4))
    assert "ann" in back.parts.holds


def test_a_request_is_withdrawn_once() -> None:
    learner = asking()
    commands.withdraw(learner, request_id_of("c/t/0/2"))
    with pytest.raises(Refused, match="is not open"):
        commands.withdraw(learner, request_id_of("c/t/0/2"))


def test_classes_are_renamed_to_new_names_and_merged_into_known_ones() -> None:
    learner = asking()
    with pytest.raises(Refused, match="is a class already"):
        commands.rename(learner, "lost", "fee")
    with pytest.raises(Refused, match="no other class 'lost card'"):
        commands.merge(learner, "lost", "lost card")
    with pytest.raises(Refused, match="there is no class 'none'"):
        commands.rename(learner, "none", "new")
    commands.rename(learner, "lost", "lost card")
    commands.merge(learner, "fee", "lost card")

    assert learner.parts.knowledge.model.classes == ("lost card",)
    assert learner.job is not None


def test_a_closed_list_of_classes_stays_closed() -> None:
    learner = asking()
    learner = Learner(learner.parts, {"lost", "fee"})
    with pytest.raises(Refused, match="closed list"):
        commands.rename(learner, "lost", "lost card")


def test_a_gap_is_accepted_only_ahead_of_what_was_read() -> None:
    learner = new_learner(Configuration())
    with pytest.raises(Refused, match="unknown"):
        commands.accept_gap(learner, "c/t/0", 5, 5)
    learner.observe(Items(["c/t/0/0"], ["c/t/0/0"], ["a"], TEXTS[:1], [None], [""], {"c/t/0": (0, 1)}), 1.0)
    with pytest.raises(Refused, match="up to offset 1, and of its next texts none wait: not at 5"):
        commands.accept_gap(learner, "c/t/0", 5, None)
    with pytest.raises(Refused, match="those that wait begin at offset 5: not at 50"):
        commands.accept_gap(learner, "c/t/0", 50, 5)
    commands.accept_gap(learner, "c/t/0", 5, 5)
    with pytest.raises(Refused, match="up to offset 5 already"):
        commands.accept_gap(learner, "c/t/0", 5, 5)


def test_a_model_forgets_with_a_full_memory() -> None:
    knowledge = Knowledge(MODELS["softmax_prototypes"](), Examples(20), Committee())
    for row in range(ROWS):
        knowledge.teach(Example(str(row), "text", TEXTS[row], label(row), "ann", None, Verdict.ASK))
    knowledge.forget([str(row) for row in range(ROWS)])
    knowledge.rebuild(ROWS, WINDOW)

    assert refitted(knowledge).model.classes == ()
    assert knowledge.model.predict(TEXTS).probabilities.shape == (80, 0)


@pytest.mark.parametrize("texts", [0, 1])
def test_names_alone_are_enough_to_rebuild_from(texts: int) -> None:
    learner = new()
    learner.name(ClassNames(("lost", "refund"), TEXTS[:2], "digest"))
    if texts:
        learner.observe(Items(["c/t/0/0"], ["mine"], ["lost card"], TEXTS[2:3], ["lost"], [""]), 1.0)
        commands.forget_text(settled(learner), "mine", NOTHING)
    else:
        commands.rebuild(learner)
    settled(learner)

    assert learner.predict(TEXTS[:2]).probabilities.argmax(axis=1).tolist() == [0, 1]
