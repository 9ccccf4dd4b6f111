"""The anytime interval covers the running mean at every moment, and is less than twice as wide as Wilson's."""

from __future__ import annotations

from math import exp, log1p

import numpy as np
import pytest

from stream.evaluation.confidence import anytime_interval, wilson_interval

CHECKPOINTS = (5, 10, 20, 50, 100, 200, 400)
TIMES = np.arange(CHECKPOINTS[-1])


def test_the_anytime_interval_by_hand_where_one_bet_decides() -> None:
    # 5 of 5 right: at mean m the bet of log-odds b says exp(5 b) / (1 - m + m e^b)^5; their weighted mean is 20.
    low, high = anytime_interval(5, 5)
    shares = dict.fromkeys((0.2, 0.4, 0.8, 1.6, 3.2), 0.09) | dict.fromkeys((0.0125, 0.025, 0.05, 0.1), 0.0125)
    bets = [(sign * size, share) for size, share in shares.items() for sign in (1, -1)]
    mixture = sum(share * exp(5 * (bet - log1p(low * (exp(bet) - 1)))) for bet, share in bets)

    assert mixture == pytest.approx(20, rel=1e-6)
    assert high == 1.0


@pytest.mark.parametrize("interval", [anytime_interval, wilson_interval])
def test_right_and_wrong_mirror_each_other(interval: object) -> None:
    assert callable(interval)
    low, high = interval(3, 20)

    assert interval(17, 20) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(
    ("right", "wrong", "low", "high"),
    [(8, 2, 0.4902, 0.9433), (81, 182, 0.2553, 0.3662), (0, 10, 0.0, 0.2775), (10, 0, 0.7225, 1.0)],
)
def test_wilsons_interval_is_that_of_his_formula(right: int, wrong: int, low: float, high: float) -> None:
    assert wilson_interval(right, right + wrong) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(np.full(len(TIMES), 0.98), id="good"),
        pytest.param(np.full(len(TIMES), 0.5), id="even"),
        pytest.param(0.9 - 0.85 * np.exp(-TIMES / 15), id="learning"),
        pytest.param(np.where(TIMES // 60 % 2, 0.3, 0.9), id="drifting"),
    ],
)
def test_the_running_mean_is_covered_at_all_moments_at_once_whatever_its_course(course: np.ndarray) -> None:
    rng, missed = np.random.default_rng(0), 0
    for _ in range(150):
        right = np.cumsum(rng.random(len(course)) < course)
        intervals = [anytime_interval(int(right[n - 1]), n) for n in CHECKPOINTS]
        missed += not all(
            low <= course[:n].mean() <= high for n, (low, high) in zip(CHECKPOINTS, intervals, strict=True)
        )

    assert missed <= 0.05 * 150


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.98])
@pytest.mark.parametrize(
    ("answers", "times"), [(5, 1.75), (30, 1.75), (200, 1.75), (1_000, 1.75), (10_000, 2.0), (100_000, 2.0)]
)
def test_the_anytime_interval_is_at_most_twice_as_wide_as_wilsons(share: float, answers: int, times: float) -> None:
    right = round(share * answers)
    (low, high), (wilson_low, wilson_high) = anytime_interval(right, answers), wilson_interval(right, answers)

    assert wilson_high - wilson_low < high - low < times * (wilson_high - wilson_low)


@pytest.mark.parametrize("interval", [anytime_interval, wilson_interval])
def test_without_an_answer_nothing_is_known_and_more_right_ones_than_answers_are_refused(interval: object) -> None:
    assert callable(interval)
    assert interval(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="not 3"):
        interval(3, 2)
