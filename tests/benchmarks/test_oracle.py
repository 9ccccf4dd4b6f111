"""A strategy that knows the labels, in worlds of two directions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from benchmarks.learning.oracle import ORACLES, Oracle, agreement, by_chances, by_labels, enlightened, expected
from services.assembly import build_learner
from services.edges.settings_sources import load_settings
from stream.backtest import Labelled, simulate
from stream.records import Doubles
from stream.scenario import Scenario
from stream.strategies.base import View

EAST = np.array([[1.0, 0.0]], np.float32)


def view_of(probabilities: Doubles) -> View:
    """Texts that all lie in the east, in the middle of 20 others; nothing was asked."""
    texts = len(probabilities)
    nothing = np.zeros((0, 2), np.float32)
    return View(
        positions=np.arange(texts),
        texts=["text"] * texts,
        embeddings=np.tile(EAST, (texts, 1)),
        probabilities=probabilities,
        query_probabilities=probabilities,
        asked=nothing,
        label_counts=np.array([1, 1]),
        trust=0.0,
        recent=lambda: np.tile(EAST, (20, 1)),
        prototypes=lambda: nothing,
        query=lambda _: probabilities,
        asked_sketches=lambda: np.zeros((0, 64), np.uint32),
        committee=lambda: np.zeros((0, texts, 2)),
    )


def test_a_text_is_useful_as_the_model_is_wrong_about_it_until_one_like_it_is_asked() -> None:
    oracle = Oracle(by_labels(["a", "b", "new"], lambda: ["a", "b"], np.array([1.0, 0.5, 1.0])))
    seen = view_of(np.array([[0.75, 0.25]] * 3))
    utility = oracle.score(seen)
    np.testing.assert_allclose(utility, [0.25, 0.375, 1.0], atol=1e-6)

    oracle.asked(seen, 1, utility)
    np.testing.assert_allclose(utility, [0.25, 0.375, 0.0], atol=1e-6)


def test_a_text_is_useful_as_the_model_is_far_from_what_is_to_be_expected() -> None:
    chances = np.array([[0.75, 0.25, 0.0], [0.25, 0.75, 0.0], [0.25, 0.25, 0.5]])
    oracle = Oracle(by_chances(chances, ["a", "b", "new"], lambda: ["b", "a"]))
    utility = oracle.score(view_of(np.array([[0.25, 0.75]] * 3)))
    np.testing.assert_allclose(utility, [0.0, 0.5, 0.5], atol=1e-6)


def test_what_is_to_be_expected_of_a_text_does_not_come_from_its_own_label() -> None:
    embeddings = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)

    # Twenty texts in each direction; the first of all has the label of the others, and one has a label of its own.
    chances, names = expected(embeddings, ["b", *["a"] * 18, "alone", *["b"] * 20])
    assert names == ["a", "b"]
    assert chances[:19, 0].min() > 0.8
    assert chances[20:, 1].min() > 0.9
    assert not chances[19].any()


@pytest.mark.parametrize("name", ORACLES)
def test_a_learner_with_it_asks_within_its_budget(name: str) -> None:
    labels = ["a", "b"] * 50
    data = Labelled(["text"] * 100, labels, np.tile(np.eye(2, dtype=np.float32), (50, 1)))
    settings = load_settings({"budget.fraction": 0.2, "learner.skip_near_duplicates": False})
    learner = enlightened(build_learner(settings), name, labels, data.embeddings)
    done = simulate(data, Scenario(Fraction(1, 5), latency=0, test_fraction=0.0), learner, 0, lambda _texts: None)

    assert learner.parts.strategy_name == name
    assert (done.max_overspend, done.per_class["a"]["asked"] > 0, done.per_class["b"]["asked"] > 0) == (0.0, True, True)


def test_a_label_is_believed_as_its_neighbours_share_it() -> None:
    embeddings = np.repeat(np.eye(2, dtype=np.float32), 11, axis=0)

    # Eleven texts in each direction; one of the first eleven has the label of the others.
    shares = agreement(embeddings, ["b", *["a"] * 10, *["b"] * 11])
    np.testing.assert_allclose(shares, [0.0, *[0.9] * 10, *[1.0] * 11])
