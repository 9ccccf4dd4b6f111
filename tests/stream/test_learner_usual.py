"""What a learner takes for usual since a refit: the uncertainty of the texts before, as the new model has it."""

from __future__ import annotations

import numpy as np
import pytest

from stream.records import Verdict
from stream.strategies.entropy import normalised_entropy
from tests.stream.test_learner import EAST, NORTH, answer, items, learner_with


def test_usual_since_a_refit_is_the_uncertainty_of_the_texts_before_that_were_not_asked_about() -> None:
    learner = learner_with(model="softmax_prototypes")
    seen = learner.observe(items(EAST), 0.0)
    learner.observe(items(NORTH, (0.8, 0.6), start=1, labels=["north", "east"]), 1.0)
    answer(learner, seen, "east")
    while learner.job is not None:
        learner.adopt(learner.job.run())

    unasked = learner.predict(np.array([NORTH, (0.8, 0.6)], np.float32)).probabilities.astype(np.float32)
    usual = learner.changes()["drift/signals"].fields["usual"]  # type: ignore[union-attr]
    assert usual == pytest.approx(normalised_entropy(unasked).mean())
    assert usual != pytest.approx(0.5)


def test_the_uncertainty_of_a_text_that_is_asked_about_is_not_watched() -> None:
    learner = learner_with(fraction="0.5")
    seen = learner.observe(items(*[EAST] * 10), 0.0)

    asked = [decision.verdict is Verdict.ASK for decision in seen.decisions]
    watched = learner.changes()["drift/signals"].fields["waiting"]["uncertainty"]  # type: ignore[union-attr]
    assert 0 < sum(asked) < 10
    assert [each is None for each in watched] == asked


def test_where_all_texts_were_asked_about_nothing_is_said_of_what_is_usual() -> None:
    learner = learner_with(model="softmax_prototypes")
    seen = learner.observe(items(EAST, NORTH), 0.0)
    for row, label in enumerate(("east", "north")):
        answer(learner, seen, label, row=row)
    while learner.job is not None:
        learner.adopt(learner.job.run())

    assert learner.changes()["drift/signals"].fields["usual"] == 0.5  # type: ignore[union-attr]
