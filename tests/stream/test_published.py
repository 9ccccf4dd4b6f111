"""Audits answered -> published probabilities move, decisions and queries do not."""

from __future__ import annotations

import numpy as np
import pytest

from stream.evaluation.stability import Best, Stability
from stream.learner import Learner
from stream.pending import PendingRequest
from stream.records import ClassNames, Floats, Label, State, Verdict
from tests.laws.worlds import Configuration, World, new_learner, save
from tests.stream.test_pending import waiting

CONFIGURATION = Configuration(model="nearest_class_mean", budget="0.9")


def _driven(world: World, learner: Learner, start: int, end: int, state: State | None = None) -> list[float]:
    """Every request is answered at once, by someone who is often wrong; returns the published probabilities."""
    published = []
    for row in range(start, end):
        seen = learner.observe(world.items(row, row + 1), float(row))
        published += [decision.probability for decision in seen.decisions]
        for request in seen.requests:
            label = f"class {row % 3}" if request.verdict is Verdict.AUDIT else "class 1"
            learner.learn([Label(request.request_id, label, "ann", row)], float(row))
        if state is not None:
            save(learner, state)
    return published


@pytest.fixture
def world() -> World:
    return World(3, CONFIGURATION)


def _started(world: World) -> Learner:
    learner = new_learner(CONFIGURATION)
    world.start(learner)
    return learner


def test_wrong_predictions_of_audits_make_published_probabilities_less_sure(world: World) -> None:
    learner = _started(world)
    _driven(world, learner, 0, 300)
    texts, knowledge = world.items(0, 100).embeddings, learner.parts.knowledge
    published, raw = learner.predict(texts), knowledge.model.predict(texts)

    assert knowledge.calibration.temperature > 1.5
    assert published.probabilities.max(axis=1).mean() < raw.probabilities.max(axis=1).mean()
    assert np.array_equal(published.probabilities.argmax(axis=1), raw.probabilities.argmax(axis=1))
    assert np.array_equal(published.query, raw.query)


def test_what_a_reviewer_is_shown_is_what_was_published(world: World) -> None:
    learner = _started(world)
    _driven(world, learner, 0, 300)
    seen = learner.observe(world.items(300, 335), 300.0)
    published = {decision.origin: decision.probability for decision in seen.decisions}

    assert seen.requests
    assert [request.suggestions[0][1] for request in seen.requests] == [
        published[request.origin] for request in seen.requests
    ]
    waiting = list(learner.parts.pending)
    assert {each.temperature for each in waiting} == {learner.parts.knowledge.calibration.temperature}
    assert {each.classes for each in waiting} == {len(learner.parts.knowledge.model.classes)}


def test_a_restored_learner_publishes_the_same(world: World) -> None:
    straight, state = _started(world), State()
    _driven(world, straight, 0, 300, state)
    restored = new_learner(CONFIGURATION)
    restored.restore(state, straight.parts.window.last(550))

    assert restored.parts.knowledge.calibration.temperature == straight.parts.knowledge.calibration.temperature
    assert _driven(world, restored, 300, 400) == _driven(world, straight, 300, 400)


def _audited(classes: int, arrangement: int = 0) -> PendingRequest:
    return waiting("r", ("class 0", 0.9), ("class 1", 0.1))._replace(classes=classes, arrangement=arrangement)


def test_a_class_that_was_not_known_when_its_text_was_audited_does_not_calibrate(world: World) -> None:
    knowledge = _started(world).parts.knowledge
    for _ in range(50):
        knowledge.audited(_audited(classes=2, arrangement=knowledge.arrangement), "class 2")
    assert knowledge.calibration.temperature == 1.0
    for _ in range(50):
        knowledge.audited(_audited(classes=3, arrangement=knowledge.arrangement), "class 2")
    assert knowledge.calibration.temperature > 1.5


def test_classes_that_stand_in_front_since_were_not_known_when_a_text_was_audited() -> None:
    configuration = Configuration(budget="0.9")
    world, learner = World(3, configuration), new_learner(configuration)
    world.start(learner)
    knowledge = learner.parts.knowledge
    before = _audited(classes=2, arrangement=knowledge.arrangement)
    names = ClassNames(("new", "newer"), np.eye(2, world.items(0, 1).embeddings.shape[1], dtype=np.float32), "another")
    learner.name(names)
    assert knowledge.model.classes[:2] == ("new", "newer")

    for _ in range(50):
        knowledge.audited(before, "new")
    assert knowledge.calibration.temperature == 1.0
    for _ in range(50):
        knowledge.audited(before, "class 1")
    assert knowledge.calibration.temperature > 1.5


class _Heard(Stability):
    """Keeps what it was told instead of estimating."""

    def refitted(self, labels: int, window: Floats, best: Best) -> None:
        self.window, (_, self.probabilities) = window.copy(), best(window)


def test_what_a_refit_is_judged_by_is_published_once() -> None:
    configuration = Configuration(budget="0.9")
    world, learner = World(3, configuration), new_learner(configuration)
    world.start(learner)
    _driven(world, learner, 0, 300)
    heard = learner.parts.evaluation.stability = _Heard()
    assert learner.job is not None
    learner.adopt(learner.job.run())

    assert learner.parts.knowledge.calibration.temperature != 1.0
    assert heard.probabilities == learner.predict(heard.window).probabilities.max(axis=1).tolist()
