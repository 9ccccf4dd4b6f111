"""Audit answers -> a temperature, once they are enough and say enough."""

from __future__ import annotations

import json

import numpy as np
import pytest

from stream.model.calibration import Calibration
from stream.records import Entry


def answered(right: int, wrong: int, share: float = 0.9, **options: int) -> Calibration:
    """Two classes, always predicted with this probability, the more likely one right that often."""
    calibration = Calibration(**options)
    for number in range(right + wrong):
        label = "a" if (number + 1) * right // (right + wrong) > number * right // (right + wrong) else "b"
        calibration.update([("a", share), ("b", 1 - share)], label, 2, 1.0)
    return calibration


def test_overconfident_probabilities_come_down_to_how_often_they_are_right() -> None:
    # At T = ln(9) / ln(7 / 3) = 2.59 a probability of 0.9 becomes 0.7; the expectation of 1 pulls it back.
    calibration = answered(350, 150)
    assert 2.2 < calibration.temperature < 2.59
    assert 0.7 < calibration.published(np.array([[0.9, 0.1]]))[0, 0] < 0.73


def test_underconfident_probabilities_go_up() -> None:
    # At T = ln(3 / 2) / ln(9) = 0.18 a probability of 0.6 becomes 0.9; T is at least exp(-1.5) = 0.22.
    assert 0.22 < answered(450, 50, share=0.6).temperature < 0.25


@pytest.mark.parametrize("right", [85, 90, 95])
def test_probabilities_that_may_well_be_calibrated_stay_bit_for_bit(right: int) -> None:
    calibration = answered(right, 100 - right)
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7]])
    assert calibration.temperature == 1.0
    assert calibration.published(probabilities) is probabilities


def test_few_answers_change_nothing() -> None:
    assert answered(0, 19).temperature == 1.0
    assert answered(0, 20).temperature > 1.5


def test_answers_leave_the_window() -> None:
    calibration = answered(0, 100, window=100)
    for _ in range(10):
        for number in range(10):
            calibration.update([("a", 0.9), ("b", 0.1)], "b" if number == 9 else "a", 2, 1.0)
    assert calibration.temperature == 1.0


def test_the_likeliest_class_stays_so_and_rows_sum_to_one() -> None:
    calibration = answered(350, 150)
    probabilities = np.random.default_rng(0).dirichlet(np.full(77, 0.1), 500)
    probabilities[0] = np.eye(77)[5]
    published = calibration.published(probabilities)
    assert np.array_equal(published.argmax(axis=1), probabilities.argmax(axis=1))
    assert published.sum(axis=1) == pytest.approx(np.ones(500))
    assert np.isfinite(published).all()


def test_a_row_has_the_same_bits_in_every_batch() -> None:
    calibration = answered(350, 150)
    probabilities = np.random.default_rng(0).dirichlet(np.ones(77), 300)
    for size in (1, 7, 256):
        parts = [calibration.published(probabilities[at : at + size]) for at in range(0, 300, size)]
        assert np.array_equal(np.concatenate(parts), calibration.published(probabilities))


def test_answers_to_what_was_published_at_a_temperature_count_as_if_published_without() -> None:
    without, at_two = Calibration(), Calibration()
    softened = 3 / (3 + 1)  # 0.9 at a temperature of 2
    for number in range(200):
        label = "b" if number % 3 == 0 else "a"
        without.update([("a", 0.9), ("b", 0.1)], label, 2, 1.0)
        at_two.update([("a", softened), ("b", 1 - softened)], label, 2, 2.0)
    assert at_two.temperature == pytest.approx(without.temperature, rel=1e-3)


def test_classes_beyond_the_likeliest_share_what_is_left() -> None:
    calibration, names = Calibration(), ["a", "b", "c", "d", "e"]
    for number in range(200):
        likely = list(zip(names, [0.5, 0.1, 0.1, 0.1, 0.1], strict=True))
        calibration.update(likely, "z" if number % 2 else "a", 100, 1.0)
    # Half are right at 0.5, but the others are all among the last 0.1: too sure of the first five.
    assert calibration.temperature > 1.2


@pytest.mark.parametrize("classes", [0, 1])
def test_with_one_class_or_none_there_is_nothing_to_publish_otherwise(classes: int) -> None:
    assert answered(350, 150).published(np.ones((3, classes))).tolist() == np.ones((3, classes)).tolist()


def test_a_restored_one_goes_on_to_the_same_temperature() -> None:
    calibration, restored = answered(60, 40), Calibration()
    fields, arrays = calibration.save()
    restored.restore(Entry(json.loads(json.dumps(fields)), arrays))
    for each in (calibration, restored):
        each.update([("a", 0.8), ("b", 0.2)], "b", 2, 1.5)
    assert restored.temperature == calibration.temperature != 1.0


def test_an_untrained_one_restores() -> None:
    restored = Calibration()
    restored.restore(Calibration().save())
    assert restored.temperature == 1.0


@pytest.mark.parametrize("enough", [0, 501])
def test_enough_is_within_the_window(enough: int) -> None:
    with pytest.raises(ValueError, match="enough answers are 1 to 500"):
        Calibration(enough=enough)
