"""Logits of the other examples -> which labels to doubt."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.label_noise import label_weights


def test_labels_that_all_others_agree_with_keep_nearly_all_their_weight() -> None:
    classes = np.arange(100) % 2
    weights = label_weights(np.where(np.arange(2) == classes[:, None], 5.0, 0.0).astype(np.float32), classes)
    assert weights.min() > 0.99


def test_the_few_that_all_others_contradict_lose_theirs() -> None:
    classes = np.arange(100) % 2
    believed = classes.copy()
    believed[:20] = 1 - believed[:20]
    weights = label_weights(np.where(np.arange(2) == believed[:, None], 5.0, 0.0).astype(np.float32), classes)
    assert weights[:20].tolist() == [0.05] * 20
    assert weights[20:].min() > 0.7


def test_a_weight_is_the_probability_that_the_label_is_right() -> None:
    # Four labels of three classes, the first contradicted: likelihoods 1 / (2 + e^2) = 0.1065 and e^2 / (2 + e^2) =
    # 0.7870. A wrong label is each class with probability 1 / 3.
    classes = np.array([0, 1, 2, 1])
    logits = np.array([[0, 2, 0], [0, 2, 0], [0, 0, 2], [0, 2, 0]], np.float32)
    likelihood, wrong = np.array([0.1065, 0.7870, 0.7870, 0.7870]), 0.05
    for _ in range(20):
        weights = (1 - wrong) * likelihood / ((1 - wrong) * likelihood + wrong / 3)
        wrong = 1 - weights.mean()
    assert label_weights(logits, classes) == pytest.approx(weights, abs=1e-3)


@pytest.mark.parametrize(("labels", "classes"), [(0, 0), (0, 3), (4, 1)])
def test_where_no_label_can_be_wrong_all_weigh_one(labels: int, classes: int) -> None:
    weights = label_weights(np.zeros((labels, classes), np.float32), np.zeros(labels, np.int64))
    assert weights.tolist() == [1.0] * labels


def test_weights_are_finite_for_any_logits() -> None:
    logits = np.array([[-1e4, 1e4], [1e4, -1e4], [0.0, 0.0]], np.float32)
    weights = label_weights(logits, np.array([0, 0, 1]))
    assert weights[0] == 0.05
    assert np.isfinite(weights).all()
