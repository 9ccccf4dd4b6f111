"""Maps and texts -> probabilities worked out by hand, and the same bits in every batch."""

from __future__ import annotations

import numpy as np
import pytest

from stream import exact
from stream.model.linear_maps import predict, unit_rows


def test_probabilities_are_the_softmax_of_dot_product_and_bias() -> None:
    embeddings = np.array([[1, 0], [0, 1]], np.float32)
    weights = np.array([[[np.log(3), 0], [0, 0]], [[0, 0], [0, 0]]], np.float32)
    biases = np.array([[0, 0], [np.log(4), 0]], np.float32)
    first, second = predict(embeddings, weights, biases)
    assert first == pytest.approx(np.array([[0.75, 0.25], [0.5, 0.5]]))
    assert second == pytest.approx(np.array([[0.8, 0.2], [0.8, 0.2]]))


def test_large_logits_do_not_overflow() -> None:
    weights = np.array([[[4000, 0], [-4000, 0]]], np.float32)
    probabilities = predict(np.array([[1, 0]], np.float32), weights, np.zeros((1, 2), np.float32))
    assert probabilities.tolist() == [[[1.0, 0.0]]]


def test_without_classes_there_are_no_probabilities() -> None:
    empty = np.zeros((2, 0, 0), np.float32)
    assert predict(np.ones((3, 4), np.float32), empty, np.zeros((2, 0), np.float32)).shape == (2, 3, 0)


@pytest.mark.parametrize("classes", [1, 2, 3, 77, 150])
def test_a_row_has_the_same_bits_in_every_batch(classes: int) -> None:
    rng = np.random.default_rng(classes)
    embeddings = exact.unit(rng.standard_normal((1000, 384)))
    weights = exact.weights(20 * rng.standard_normal((2 * classes, 384))).reshape(2, classes, 384)
    biases = rng.standard_normal((2, classes)).astype(np.float32)
    whole = predict(embeddings, weights, biases)
    for size in (1, 7, 256):
        parts = [predict(embeddings[at : at + size], weights, biases) for at in range(0, 1000, size)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_unit_rows_have_length_one_but_for_zero_rows() -> None:
    assert unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]
