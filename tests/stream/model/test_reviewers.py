"""Answers beside predictions -> whom to believe less."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.reviewers import Answer, Standing, reviewer_weights, standings


def answers(rates: dict[str, float], each: int, seed: int = 0) -> list[Answer]:
    """The reviewers take turns, and agree at their rates."""
    drawn = np.random.default_rng(seed).random((each, len(rates)))
    return [Answer(name, bool(turn[at] < rates[name])) for turn in drawn for at, name in enumerate(rates)]


def test_a_single_reviewer_weighs_one_however_often_the_model_disagrees() -> None:
    assert reviewer_weights(answers({"ann": 0.1}, 500)) == {"ann": 1.0}
    assert reviewer_weights([]) == {}


def test_a_reviewer_who_agrees_less_than_all_others_weighs_less() -> None:
    # One block of 20 answers: bob agrees once in 10, the others 9 times. Mantel and Haenszel's sums, with half an
    # answer each, are 0.5 + 1 * 10 / 20 = 1 and 0.5 + 9 * 10 / 20 = 5; the spread is (10 * 10 * 10 - 1 * 9 * 20) / 400
    # = 2.05, the error sqrt(2.05 / (1 * 5)) = 0.6403, and the bound 0.2 * exp(2 * 0.6403) = 0.7198.
    turns = [(Answer("ann", turn != 0), Answer("bob", turn == 0)) for turn in range(10)]
    weights = reviewer_weights([answer for turn in turns for answer in turn])
    assert weights == {"ann": 1.0, "bob": pytest.approx(0.7198, abs=1e-4)}


def test_standings_tell_answers_and_weights_and_who_agrees_least_first() -> None:
    given = answers({"ann": 0.9, "bob": 0.9, "eve": 0.2}, 200)
    assert list(standings(given)) == ["eve", "ann", "bob"]
    assert standings(given)["eve"] == Standing(200, reviewer_weights(given)["eve"])


def test_with_much_evidence_the_weight_comes_near_the_ratio_and_never_below_its_bound() -> None:
    weights = reviewer_weights(answers({"ann": 0.8, "bob": 0.8, "eve": 0.4}, 3_000))
    assert weights["ann"] == weights["bob"] == 1.0
    assert 0.5 < weights["eve"] < 0.56
    assert reviewer_weights(answers({"ann": 0.9, "eve": 0.0}, 3_000))["eve"] == 0.05


def test_little_evidence_changes_nothing() -> None:
    assert set(reviewer_weights(answers({"ann": 0.9, "bob": 0.3}, 3)).values()) == {1.0}


def test_reviewers_who_are_alike_are_hardly_ever_told_apart() -> None:
    runs = [reviewer_weights(answers(dict.fromkeys("abcd", 0.7), 100, seed)) for seed in range(50)]
    weights = np.array([list(run.values()) for run in runs])
    assert np.mean(weights < 1.0) < 0.05
    assert weights.min() > 0.8


def test_who_came_while_the_model_was_poor_is_not_blamed_for_it() -> None:
    early, late = answers({"ann": 0.3}, 200), answers({"bob": 0.9}, 200, seed=1)
    assert reviewer_weights(early + late) == {"ann": 1.0, "bob": 1.0}
