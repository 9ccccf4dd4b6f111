"""The share of texts that have a labelled one near them, by hand."""

from __future__ import annotations

import numpy as np

from stream.evaluation.coverage import NEAR, coverage

AXES = np.eye(4, dtype=np.float32)


def test_a_text_is_covered_by_its_nearest_labelled_one() -> None:
    labelled = np.array([[0.6, 0.8, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]], np.float32)

    assert NEAR == 0.6
    assert coverage(AXES, labelled) == 0.5
    assert coverage(AXES, labelled, near=0.5) == 1.0
    assert coverage(AXES, labelled, near=0.7) == 0.25


def test_without_labels_nothing_is_covered_and_without_texts_nothing_is_known() -> None:
    assert coverage(AXES, AXES[:0]) == 0.0
    assert coverage(AXES[:0], AXES) is None
