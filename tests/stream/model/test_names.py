"""Labels that agree or disagree with the names -> trust."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from stream.model.names import NamePrior

NAMES = NamePrior.of(np.array([[1, 0, 0], [0, 1, 0]], np.float32))
MEAN = np.zeros(3, np.float32)


def _trust(embedding: list[float], label: int, examples: int) -> float:
    return NAMES.trust(np.array([embedding] * examples, np.float32), np.full(examples, label), MEAN)


def test_directions_point_away_from_the_mean_of_all_names() -> None:
    half = np.sqrt(0.5)
    assert pytest.approx(np.array([[half, -half, 0], [-half, half, 0]])) == NAMES.directions


def test_names_are_trusted_before_any_label() -> None:
    nothing = np.zeros((0, 3), np.float32), np.zeros(0, np.int64)
    assert NAMES.trust(*nothing, MEAN) == NAMES.first_trust == pytest.approx(expit(8.0))


def test_one_agreeing_label_adds_log_two_of_two_classes() -> None:
    assert _trust([1, 0, 0], 0, examples=1) == pytest.approx(expit(8.0 + np.log(2)))


def test_one_contradicting_label_takes_three_at_most() -> None:
    assert _trust([1, 0, 0], 1, examples=1) == pytest.approx(expit(8.0 - 3.0))


def test_a_class_counts_for_five_examples_at_most_and_hardly_trusted_is_not_trusted() -> None:
    assert _trust([1, 0, 0], 1, examples=5) == _trust([1, 0, 0], 1, examples=50) == 0.0


def test_more_than_five_examples_of_a_class_weigh_as_five() -> None:
    # Two opposite names: a text whose cosines differ by c makes the other label 2 / (1 + e^20c) times as likely as
    # chance. Here that is 1/e, so that each example takes one off.
    unlikely = [np.log(2 * np.e - 1) / 20 / np.sqrt(2), 0.0, 0.0]

    assert _trust(unlikely, 1, examples=4) == pytest.approx(expit(8.0 - 4.0))
    assert _trust(unlikely, 1, examples=5) == pytest.approx(expit(8.0 - 5.0))
    assert _trust(unlikely, 1, examples=50) == pytest.approx(expit(8.0 - 5.0))


def test_labels_of_classes_without_a_name_say_nothing() -> None:
    assert _trust([1, 0, 0], 2, examples=9) == NAMES.first_trust


def test_without_names_there_is_no_trust() -> None:
    nobody = NamePrior(np.zeros((0, 0), np.float32))
    assert nobody.trust(np.eye(3, dtype=np.float32), np.arange(3), MEAN) == nobody.first_trust == 0.0
    assert nobody.prototypes(MEAN).shape == (0, 3)


def test_texts_are_expected_half_a_direction_from_the_mean() -> None:
    mean = np.array([0, 0, 1], np.float32)
    half = np.sqrt(0.5)
    assert NAMES.prototypes(mean) == pytest.approx(np.array([[half / 2, -half / 2, 1], [-half / 2, half / 2, 1]]))
    assert np.linalg.norm(NAMES.rows(mean), axis=1) == pytest.approx(np.ones(2))
