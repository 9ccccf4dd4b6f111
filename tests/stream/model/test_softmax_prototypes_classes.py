"""Classes renamed, merged and removed -> a head that stays with its classes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.class_change import ClassChange
from stream.model.softmax_prototypes import SoftmaxPrototypes

CHANGES = {
    "renamed": ClassChange("class-1", "other"),
    "merged": ClassChange("class-1", "class-3"),
    "merged the other way": ClassChange("class-3", "class-1"),
    "removed": ClassChange("class-1", None),
}


def _refitted(world, named: bool) -> SoftmaxPrototypes:
    model = SoftmaxPrototypes()
    if named:
        model.name(world.names())
    for row in range(60):
        model.learn(world.embeddings[row], world.label(row))
    model.adopt(model.refit(world.evidence(model.classes, 60), 2000).run())
    return model


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_before_a_refit_is_adopted_and_one_after_it_end_the_same(
    make_world: Callable, change: ClassChange, named: bool
) -> None:
    world = make_world()
    during, after = _refitted(world, named), _refitted(world, named)
    for model in (during, after):
        model.learn(world.embeddings[60], world.label(60))
    head = during.refit(world.evidence(during.classes, 61), 2000).run()
    after.adopt(after.refit(world.evidence(after.classes, 61), 2000).run())

    during.change(change)
    restored = SoftmaxPrototypes()
    restored.restore(during.save())
    for row in range(61):
        if (label := change.label(world.label(row))) is not None:
            restored.learn(world.embeddings[row], label)
    during.adopt(head)
    restored.adopt(head)
    after.change(change)

    for model in (during, restored):
        assert model.classes == after.classes
        assert model.trust == after.trust
        assert all(map(np.array_equal, model.predict(world.embeddings), after.predict(world.embeddings)))


def test_a_renamed_class_is_predicted_as_before(make_world: Callable) -> None:
    world = make_world()
    model, twin = _refitted(world, True), _refitted(world, True)
    model.change(CHANGES["renamed"])
    assert model.classes == tuple("other" if label == "class-1" else label for label in twin.classes)
    assert all(map(np.array_equal, model.predict(world.embeddings), twin.predict(world.embeddings)))


def test_a_merged_class_keeps_its_own_regression_and_gets_the_texts_of_both(make_world: Callable) -> None:
    world = make_world()
    model = _refitted(world, False)
    before = model.save()["model/head"]
    model.change(CHANGES["merged"])
    after = model.save()["model/head"]
    one, three = (before.fields["classes"].index(label) for label in ("class-1", "class-3"))
    row = after.fields["classes"].index("class-3")
    assert row == min(one, three)
    assert np.array_equal(after.arrays["weights"][row], before.arrays["weights"][three])
    unlabelled = before.arrays["unlabelled"]
    assert np.array_equal(after.arrays["unlabelled"][row], unlabelled[one] + unlabelled[three])


def test_a_change_makes_a_refit_due(make_world: Callable) -> None:
    model = _refitted(make_world(), True)
    assert not model.refit_due(2000)
    model.change(CHANGES["merged"])
    assert model.refit_due(2000)


def test_the_name_of_a_removed_class_goes_and_the_others_stay(make_world: Callable) -> None:
    world, model = make_world(), SoftmaxPrototypes()
    model.name(world.names())
    before = model.save()["model/names"].arrays["directions"]
    model.change(CHANGES["removed"])
    assert np.array_equal(model.save()["model/names"].arrays["directions"], np.delete(before, 1, axis=0))
