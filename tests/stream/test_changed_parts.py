"""A learner's state -> one of another model or budget rule, which goes on from all that was not the other's own."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from stream import exact
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.class_change import ClassChange
from stream.examples import Examples
from stream.knowledge import NAMES, Knowledge
from stream.model import MODELS
from stream.model.committee import Committee
from stream.records import ClassNames, Example, State, Verdict

TEXTS = exact.unit(np.random.default_rng(5).standard_normal((60, 16)))
CLASSES = ClassNames(("a", "b", "c"), TEXTS[:3], "digest")
MODEL_PAIRS = list(permutations(sorted(MODELS), 2))


def _new(model: str) -> Knowledge:
    return Knowledge(MODELS[model](), Examples(100), Committee(), model_name=model)


def _teach(knowledge: Knowledge) -> Knowledge:
    knowledge.name(CLASSES)
    for row in range(3, 40):
        label = "abcd"[row % 4]
        knowledge.teach(Example(str(row), "text", TEXTS[row], label, "ann", label, Verdict.ASK))
    knowledge.refit_if_due(100, lambda: TEXTS)
    return knowledge


def _saved(knowledge: Knowledge, before: State | None = None) -> State:
    changed = {**(before or {}), **knowledge.changes()}
    return {key: entry for key, entry in changed.items() if entry is not None}


def _refitted(knowledge: Knowledge) -> list[object]:
    """What it knows once the refit that is due, if any, is done."""
    knowledge.refit_if_due(200, lambda: TEXTS)
    if knowledge.job is not None:
        knowledge.adopt(knowledge.job.run())
    said = knowledge.model.predict(TEXTS)
    return [knowledge.model.classes, said.probabilities.tolist(), said.query.tolist()]


@pytest.mark.parametrize(("before", "after"), MODEL_PAIRS)
def test_another_model_learns_the_names_and_the_examples(before: str, after: str) -> None:
    state = _saved(_teach(_new(before)))
    changed = _new(after)
    changed.restore(state)
    restored = _new(after)
    restored.restore(_saved(changed, state))
    assert _refitted(changed) == _refitted(_teach(_new(after))) == _refitted(restored)
    assert changed.version > 0
    assert not changed.name(CLASSES)


@pytest.mark.parametrize(("before", "after"), MODEL_PAIRS)
def test_nothing_of_the_model_before_is_left_in_the_state(before: str, after: str) -> None:
    state, new = _saved(_teach(_new(before))), _new(after)
    new.restore(state)
    assert _saved(new, state).keys() == _saved(_teach(_new(after))).keys() - {"job"}


def test_a_model_that_is_changed_and_changed_back_has_the_classes_as_they_are_now() -> None:
    knowledge = _teach(_new("softmax_prototypes"))
    for change in (ClassChange("a", "first"), ClassChange("b", "d"), ClassChange("c", None)):
        knowledge.change(change)
    state = _saved(knowledge)
    assert state[NAMES].fields["names"] == ["first", "d"]
    other = _new("nearest_class_mean")
    other.restore(state)
    assert other.model.classes == ("first", "d")


def test_names_are_saved_only_when_they_changed() -> None:
    knowledge = _teach(_new("softmax_prototypes"))
    assert NAMES in knowledge.changes()
    knowledge.refit_if_due(300, lambda: TEXTS)
    assert knowledge.job is not None
    knowledge.adopt(knowledge.job.run())
    assert NAMES not in knowledge.changes()
    knowledge.change(ClassChange("d", "new"))
    assert NAMES not in knowledge.changes()
    knowledge.change(ClassChange("a", "first"))
    assert NAMES in knowledge.changes()


def test_an_older_state_that_does_not_say_whose_it_is_is_the_default_models() -> None:
    state = _saved(_teach(_new("softmax_prototypes")))
    fields = {name: value for name, value in state["knowledge"].fields.items() if name != "model"}
    del state[NAMES]
    state["knowledge"] = state["knowledge"]._replace(fields=fields)
    same, other = _new("softmax_prototypes"), _new("nearest_class_mean")
    same.restore(state)
    other.restore(state)
    assert same.model.classes == ("a", "b", "c", "d")
    assert other.model.classes == ("d", "a", "b", "c")
    assert other.name(CLASSES)


@pytest.mark.parametrize(("before", "after"), list(permutations(sorted(RULES), 2)))
def test_another_rule_begins_anew_and_the_accounts_go_on(before: str, after: str) -> None:
    old, new = (Budget(RULES[rule], "0.2", seed=3) for rule in (before, after))
    utilities = np.random.default_rng(0).random(300).tolist()
    for second, utility in enumerate(utilities):
        old.decide(utility, float(second), 0)
    new.restore(old.save())
    assert (new.seen, new.asked) == (old.seen, old.asked)
    for second, utility in enumerate(utilities, len(utilities)):
        new.decide(utility, float(second), 0)
        assert new.asked <= 0.2 * new.seen
    assert new.asked > old.asked
