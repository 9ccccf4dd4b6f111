"""A strategy that knows the labels, in worlds of two directions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from benchmarks.learning.oracle import Oracle, enlightened
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
        np.arange(texts), ["text"] * texts, np.tile(EAST, (texts, 1)), probabilities, probabilities,
        np.tile(EAST, (20, 1)), nothing, np.array([1, 1]), 0.0, lambda: nothing, lambda _: probabilities,
        lambda: np.zeros((0, 64), np.uint32), lambda: np.zeros((0, texts, 2)),
    )  # fmt: skip


def test_a_text_is_useful_as_the_model_is_wrong_about_it_until_one_like_it_is_asked() -> None:
    oracle, seen = Oracle(["a", "b", "new"], lambda: ["a", "b"]), view_of(np.array([[0.75, 0.25]] * 3))
    utility = oracle.score(seen)
    np.testing.assert_allclose(utility, [0.25, 0.75, 1.0], atol=1e-6)

    oracle.asked(seen, 1, utility)
    np.testing.assert_allclose(utility, [0.25, 0.75, 0.0], atol=1e-6)


def test_a_learner_with_it_asks_within_its_budget() -> None:
    labels = ["a", "b"] * 50
    data = Labelled(["text"] * 100, labels, np.tile(np.eye(2, dtype=np.float32), (50, 1)))
    settings = load_settings({"budget.fraction": 0.2, "learner.skip_near_duplicates": False})
    learner = enlightened(build_learner(settings), labels)
    done = simulate(data, Scenario(Fraction(1, 5), latency=0, test_fraction=0.0), learner, 0, lambda _texts: None)

    assert learner.parts.strategy_name == "oracle"
    assert (done.max_overspend, done.per_class["a"]["asked"] > 0, done.per_class["b"]["asked"] > 0) == (0.0, True, True)
