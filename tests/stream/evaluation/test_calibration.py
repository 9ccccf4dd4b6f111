"""Probabilities are compared with how often they came true, bin by bin."""

from __future__ import annotations

import pytest

from stream.evaluation.calibration import Bin, Calibration


def calibrated() -> Calibration:
    calibration = Calibration()
    for probability, correct in [(0.62, True), (0.68, False), (0.91, True), (1.0, True)]:
        calibration.update(probability, correct)
    return calibration


def test_each_bin_tells_its_mean_probability_and_its_share_of_right_predictions() -> None:
    assert calibrated().bins == [
        Bin(2, pytest.approx(0.65), 0.5),
        Bin(2, pytest.approx(0.955), 1.0),
    ]


def test_the_error_is_the_bins_mean_distance_weighted_by_answers() -> None:
    assert calibrated().error == pytest.approx((2 * 0.15 + 2 * 0.045) / 4)
    assert Calibration().error is None


def test_errors_of_different_bins_do_not_cancel_and_those_of_one_bin_do() -> None:
    between, within = Calibration(), Calibration()
    between.update(0.5, True)
    between.update(0.25, False)
    within.update(0.75, True)
    within.update(0.75, False)

    assert between.error == pytest.approx((0.5 + 0.25) / 2)
    assert within.error == pytest.approx(0.25)


def test_a_restored_one_goes_on() -> None:
    calibration, restored = calibrated(), Calibration()
    restored.restore(calibration.save())
    for each in (calibration, restored):
        each.update(0.1, False)

    assert restored.bins == calibration.bins
    assert calibrated().bins != calibration.bins


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        Calibration().update(wrong, True)
