"""What a learner sees of a text beside how wrong it is about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.learning.foreseen import chosen, features
from tests.benchmarks.test_oracle import view_of


def test_the_highest_scores_of_each_five_hundred_texts_are_chosen() -> None:
    wrong = np.zeros(1_200)
    wrong[100:125] = 1.0  # a twentieth of the first 500, and of the second; what is no whole 500 does not count
    wrong[600:625] = 0.5
    wrong[1_000:] = 0.9
    assert chosen(wrong, wrong) == pytest.approx(0.75)
    assert chosen(-wrong, wrong) == 0.0


def test_a_text_has_its_features() -> None:
    seen = replace(view_of(np.array([[0.75, 0.25], [0.25, 0.75]])), label_counts=np.array([3, 7]))
    found = features(seen)
    assert found.shape == (2, 10)
    np.testing.assert_allclose(found[:, 1], [0.5, 0.5])
    assert found[:, 7:9].tolist() == [[3.0, 7.0], [7.0, 3.0]]
    assert found[:, 9].tolist() == [0.0, 1.0]
