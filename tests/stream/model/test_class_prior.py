"""Label counts -> shares, shrunk as far as chance explains their differences."""

from __future__ import annotations

import numpy as np
import pytest

from stream.model.class_prior import class_prior, lean


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


def test_the_lean_by_hand() -> None:
    # Of 50 labels of one class and then 50 of another the cubes of i/100 add up to 1.625625 and 23.876875, where
    # 12.75125 each are expected. Their squared differences over the labels, 2 * 11.125625^2 / 50 = 4.951, are far above
    # the (14.7907 - 25.5025^2 / 100) / 99 = 0.0837 that chance would make: 0.983 of it is believed.
    believed = 1 - 0.0837 / 4.951
    expected = [believed * np.log(2.125625 / 13.25125), believed * np.log(24.376875 / 13.25125)]
    assert lean(np.repeat([0, 1], 50), 2) == pytest.approx(expected, abs=1e-3)


def test_a_mix_that_stands_still_leans_nowhere() -> None:
    assert lean(np.tile([0, 1, 2, 0], 250), 3).tolist() == [0.0] * 3


@pytest.mark.parametrize("classes", [[], [0], [0, 0], [1, 0], [0, 1, 1]])
def test_few_labels_lean_nowhere(classes: list[int]) -> None:
    assert lean(np.array(classes, np.int64), 3) == pytest.approx([0.0] * 3, abs=0.02)


def test_chance_alone_hardly_leans() -> None:
    rng = np.random.default_rng(0)
    leans = [np.abs(lean(rng.choice(4, 200, p=[0.4, 0.3, 0.2, 0.1]), 4)).max() for _ in range(200)]
    assert np.median(leans) < 0.05
    assert np.quantile(leans, 0.95) < 0.5


def test_a_class_without_a_label_leans_finitely() -> None:
    assert np.isfinite(lean(np.repeat([0, 1], 500), 4)).all()
