"""Examples in and out -> the sums that remain."""

from __future__ import annotations

import numpy as np
import pytest

from stream import exact
from stream.model.class_sums import ClassSums


def test_a_new_label_becomes_the_last_class() -> None:
    sums = ClassSums()
    assert sums.add(np.array([1, 0], np.float32), "b") == 0
    assert sums.add(np.array([0, 1], np.float32), "a") == 1
    assert sums.add(np.array([1, 0], np.float32), "b") == 0
    assert sums.classes == ("b", "a")
    assert sums.counts.tolist() == [2, 1]
    assert sums.sums.tolist() == [[2, 0], [0, 1]]


def test_sums_do_not_depend_on_the_order_of_examples_nor_on_those_taken_back() -> None:
    embeddings = exact.unit(np.random.default_rng(0).standard_normal((200, 16)))
    there, back = ClassSums(), ClassSums()
    for embedding in embeddings:
        there.add(embedding, "a")
    back.add(embeddings[7], "a")
    for embedding in embeddings[::-1]:
        back.add(embedding, "a")
    back.subtract(embeddings[7], "a")
    assert np.array_equal(there.sums, back.sums)
    assert there.labels == back.labels == 200


def test_rearranging_moves_counts_and_sums_with_their_classes() -> None:
    sums = ClassSums()
    sums.add(np.array([1, 0], np.float32), "late")
    sums.arrange(("named", "late"), 2)
    assert sums.counts.tolist() == [0, 1]
    assert sums.sums.tolist() == [[0, 0], [1, 0]]


def test_a_class_cannot_be_lost_by_rearranging() -> None:
    sums = ClassSums()
    sums.add(np.array([1, 0], np.float32), "known")
    with pytest.raises(ValueError, match="known"):
        sums.arrange(("other",), 2)


@pytest.mark.parametrize("label", ["unknown", "emptied"])
def test_an_example_that_is_not_there_cannot_be_taken_back(label: str) -> None:
    sums, embedding = ClassSums(), np.array([1, 0], np.float32)
    sums.add(embedding, "emptied")
    sums.subtract(embedding, "emptied")
    with pytest.raises(ValueError, match=label):
        sums.subtract(embedding, label)
