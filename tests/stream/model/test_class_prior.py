"""Label counts -> shares, shrunk as far as chance explains their differences."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.class_prior import class_prior


@pytest.mark.parametrize("counts", [[0, 0, 0, 0], [3, 3, 3, 3], [5, 4, 3, 4]])
def test_counts_that_chance_explains_are_equal_shares(counts: list[float]) -> None:
    shares, inequality = class_prior(np.array(counts, np.float64))
    assert shares == pytest.approx([0.25] * 4)
    assert inequality == 0.0


def test_counts_that_chance_cannot_explain_are_nearly_believed() -> None:
    shares, inequality = class_prior(np.array([300.0, 100.0]))
    assert inequality == pytest.approx(1 - 1 / 100)
    assert shares == pytest.approx([0.005 + 0.99 * 300.5 / 401, 0.005 + 0.99 * 100.5 / 401])


def test_a_class_without_a_label_keeps_a_share() -> None:
    shares, _ = class_prior(np.array([1000.0, 0.0, 1000.0]))
    assert (shares > 0).all()
    assert shares.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("classes", [0, 1])
def test_no_class_and_one_class_are_certain(classes: int) -> None:
    assert class_prior(np.full(classes, 7.0)).shares.tolist() == [1.0] * classes
