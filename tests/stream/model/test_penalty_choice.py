"""Logits of held-out examples -> the factor that suits them, where the evidence is strong enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from stream.model.cross_validation import FOLDS, Logits, judged
from stream.model.penalty_choice import FACTORS, USUAL, Penalty, cross_validated
from stream.records import Doubles, Integers

CLASSES = np.random.default_rng(0).integers(0, 3, 300)
ALIKE = np.ones(len(CLASSES))


def _logits(noise_of: dict[float, float], scale_of: dict[float, float] | None = None) -> Logits:
    """A fit under each factor finds the classes but for so much noise."""
    noise = np.random.default_rng(1).normal(size=(len(CLASSES), 3))

    def logits(known: Integers, held_out: Integers) -> Iterator[Doubles]:
        for factor in FACTORS:
            found = np.eye(3)[CLASSES[held_out]] + noise_of[factor] * noise[held_out]
            yield (scale_of or {}).get(factor, 1.0) * found

    return logits


def test_it_is_due_from_200_labels_on_each_time_they_doubled() -> None:
    assert [USUAL.due(labels) for labels in (0, 199, 200, 5_000)] == [False, False, True, True]
    assert [Penalty(0.5, 210).due(labels) for labels in (211, 419, 420)] == [False, False, True]


@pytest.mark.parametrize("best", FACTORS)
def test_the_factor_whose_fits_tell_the_classes_best_is_chosen(best: float) -> None:
    noise_of = {factor: 0.5 if factor == best else 1.0 for factor in FACTORS}
    assert cross_validated(CLASSES, ALIKE, _logits(noise_of)) == best


def test_the_usual_one_stays_where_another_is_hardly_better() -> None:
    assert cross_validated(CLASSES, ALIKE, _logits({1.0: 0.8, 0.5: 0.795, 0.25: 0.8})) == 1.0


def test_to_be_surer_is_not_to_be_better() -> None:
    noise_of, scale_of = dict.fromkeys(FACTORS, 0.8), {0.5: 2.0, 0.25: 3.0}
    assert cross_validated(CLASSES, ALIKE, _logits(noise_of, scale_of)) == 1.0


def test_examples_count_by_their_weights() -> None:
    better = _logits({1.0: 1.0, 0.5: 1.0, 0.25: 0.5})
    assert cross_validated(CLASSES, ALIKE, better) == 0.25
    assert cross_validated(CLASSES, 0.01 * ALIKE, better) == 1.0


def test_the_weight_of_what_is_told_right_is_counted() -> None:
    found = judged(CLASSES, 2 * ALIKE, _logits({1.0: 0.0, 0.5: 0.0, 0.25: 5.0}), FACTORS).right
    assert found[:2].tolist() == [600.0, 600.0]
    assert 150 < found[2] < 400


def test_each_example_is_judged_once_by_fits_that_did_not_see_it() -> None:
    judged: dict[float, list[int]] = {factor: [] for factor in FACTORS}

    def logits(known: Integers, held_out: Integers) -> Iterator[Doubles]:
        assert sorted([*known, *held_out]) == list(range(len(CLASSES)))
        assert len(known) == len(CLASSES) * (FOLDS - 1) / FOLDS
        for factor in FACTORS:
            judged[factor] += held_out.tolist()
            yield np.zeros((len(held_out), 3))

    cross_validated(CLASSES, ALIKE, logits)
    assert all(sorted(rows) == list(range(len(CLASSES))) for rows in judged.values())
