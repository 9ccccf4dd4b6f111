"""Dot products of rounded vectors have the same bits in every order and every batch."""

from __future__ import annotations

import numpy as np
import pytest

from stream import exact
from stream.records import Floats


def vectors(rows: int, dimension: int, seed: int) -> Floats:
    return np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)


def test_a_unit_vector_is_rounded_to_multiples_of_one_in_2048() -> None:
    assert exact.unit([[3.0, 4.0], [-2.0, 0.0]]).tolist() == [[1229 / 2048, 1638 / 2048], [-1.0, 0.0]]


def test_a_zero_vector_stays_zero() -> None:
    assert exact.unit([[0.0, 0.0]]).tolist() == [[0.0, 0.0]]


def test_the_length_of_a_vector_does_not_matter() -> None:
    assert np.array_equal(exact.unit(vectors(20, 8, 1)), exact.unit(1_024 * vectors(20, 8, 1)))


def test_sixteen_bits_hold_an_embedding_exactly() -> None:
    embeddings = exact.unit(vectors(200, 384, 2))

    assert np.array_equal(embeddings.astype(np.float16).astype(np.float32), embeddings)


def test_a_weight_row_is_rounded_to_twelve_bits_below_the_power_of_two_above_its_norm() -> None:
    rows = exact.weights([[3.0004, 0.0], [0.0, 0.1], [0.0, 0.0]])

    assert rows.tolist() == [[3072 / 2**10, 0.0], [0.0, 3277 / 2**15], [0.0, 0.0]]


def test_rounding_moves_a_weight_row_by_at_most_one_in_4096_a_coordinate() -> None:
    rows = 20 * vectors(50, 16, 3).astype(np.float64)
    moved = np.abs(exact.weights(rows) - rows).max(axis=1)

    assert (moved <= np.linalg.norm(rows, axis=1) * 2.0**-12).all()


@pytest.mark.parametrize("dimension", [3, 384, 1024])
def test_float32_loses_no_bit_of_a_dot_product(dimension: int) -> None:
    texts = exact.unit(vectors(60, dimension, 4))
    weights = exact.weights(np.vstack([15 * vectors(20, dimension, 5), 15 * texts[:20]]))
    true = texts.astype(np.float64) @ weights.astype(np.float64).T

    assert np.array_equal(texts @ weights.T, true)
    assert np.array_equal(texts[:, ::-1] @ weights[:, ::-1].T, true)
    assert np.array_equal(np.vstack([text @ weights.T for text in texts]), true)


def test_unrounded_vectors_would_lose_some() -> None:
    texts, weights = vectors(60, 384, 4), 15 * vectors(20, 384, 5)

    assert not np.array_equal(texts @ weights.T, texts.astype(np.float64) @ weights.astype(np.float64).T)
