"""Labels saved: where a learning curve first reaches what random sampling ends with."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from stream.evaluation.savings import labels_saved, saved_share
from stream.records import Doubles

RANDOM = [(0, 0.2), (50, 0.5), (100, 0.6)]
PARTS = np.arange(1, 51) / 50


def test_between_two_points_the_curve_is_a_straight_line() -> None:
    assert labels_saved([(0, 0.2), (40, 0.5), (80, 0.7)], RANDOM) == {"to_reach": 0.6, "asked": 60.0, "random": 100}


def test_what_random_sampling_reaches_in_the_end_it_may_have_reached_earlier() -> None:
    same = [(0, 0.2), (50, 0.6), (100, 0.6)]
    assert labels_saved(same, same) == {"to_reach": 0.6, "asked": 50.0, "random": 50.0}


def test_a_crossing_by_noise_does_not_count() -> None:
    # The monotone fit is .2, .55, .55, .7: it has .6 a third of the way from 40 to 60.
    assert labels_saved([(0, 0.2), (20, 0.6), (40, 0.5), (60, 0.7)], RANDOM)["asked"] == 46.7


def test_a_curve_that_begins_there_needs_no_label() -> None:
    assert labels_saved([(0, 0.6), (20, 0.6)], RANDOM)["asked"] == 0


def test_a_curve_that_was_there_and_ends_below_saves_nothing() -> None:
    assert labels_saved([(0, 0.2), (10, 0.9), (90, 0.59)], RANDOM)["asked"] is None


def test_a_curve_that_never_gets_there_saves_nothing() -> None:
    assert labels_saved([(0, 0.2), (90, 0.59)], RANDOM)["asked"] is None


def test_a_jump_at_equal_labels_is_taken_at_its_place() -> None:
    assert labels_saved([(0, 0.2), (30, 0.4), (30, 0.8)], RANDOM)["asked"] == 30.0


FAST, SLOW, NEVER = [(0, 0.2), (50, 0.6), (100, 0.8)], [(0, 0.2), (100, 0.6), (100, 0.8)], [(0, 0.2), (100, 0.5)]


def test_the_share_saved_is_that_of_the_mean_curves() -> None:
    assert saved_share([FAST], [RANDOM[::2]]) == {"share": 0.5, "low": None, "high": None}


def test_two_seeds_that_differ_tell_nothing() -> None:
    assert saved_share([FAST, SLOW], [RANDOM[::2]] * 2) == {"share": 0.25, "low": -1.0, "high": 1.0}


def test_who_needs_more_labels_saves_less_than_none_and_exchanged_as_much() -> None:
    costly, cheap = [[(0, 0.2), (200, 0.6)]] * 3, [[(0, 0.2), (100, 0.6)]] * 3
    assert saved_share(costly, cheap) == {"share": -0.5, "low": -0.5, "high": -0.5}
    assert saved_share(cheap, costly) == {"share": 0.5, "low": 0.5, "high": 0.5}


def test_seeds_are_drawn_as_pairs() -> None:
    # Each seed saves half of its own labels, whatever it needs: so does each draw, to the rounding of labels.
    easy, hard = [(0, 0.5), (50, 0.7), (100, 0.8)], [(0, 0.1), (50, 0.3), (100, 0.4)]
    told = saved_share([easy, hard] * 3, [[(0, 0.5), (50, 0.6), (100, 0.7)], [(0, 0.1), (50, 0.2), (100, 0.3)]] * 3)

    assert told == {"share": 0.5, "low": 0.5, "high": 0.5}


def test_what_never_gets_there_needs_more_labels_for_what_it_reaches() -> None:
    assert saved_share([NEVER] * 3, [[(0, 0.2), (100, 0.6)]] * 3) == {"share": None, "low": -0.25, "high": -0.25}


def test_curves_of_unequal_points_are_compared_at_as_many_from_the_first_to_the_last() -> None:
    longer = [(0, 0.2), (25, 0.4), (50, 0.6), (75, 0.7), (100, 0.8)]

    assert saved_share([longer, FAST], [RANDOM[::2]] * 2) == saved_share([FAST] * 2, [RANDOM[::2]] * 2)


def test_between_equals_the_interval_has_no_saving_in_95_of_100() -> None:
    # Accuracy rises, flattens or stays; noise of a run lasts for a while, and all runs of a seed share its texts.
    rng = np.random.default_rng(0)
    levels = [0.3 + 0.6 * PARTS**0.5, 0.85 - 0.35 * np.exp(-8 * PARTS), np.full(50, 0.7)]
    covered = []
    for world in range(240):
        seeds, level = (3, 5)[world % 2], levels[world // 2 % 3]
        hard = rng.normal(0, 0.02, seeds)
        ours, random = ([noisy(level + each, rng) for each in hard] for _ in range(2))
        told = saved_share(ours, random, draws=50)
        covered.append(told["low"] <= 0 <= told["high"])

    assert np.mean(covered) >= 0.95


def noisy(level: Doubles, rng: np.random.Generator) -> list[tuple[float, float]]:
    """A run's curve: 150 labels, and 2 points of noise, of which half is there at the next point as well."""
    noise = lfilter([0.75**0.5], [1, -0.5], rng.normal(0, 0.02, len(level)))
    return list(zip((150 * PARTS).tolist(), (level + noise).tolist(), strict=True))


def test_a_real_saving_is_found() -> None:
    rng = np.random.default_rng(0)
    fast, slow = 0.9 - 0.6 * np.exp(-12 * PARTS), 0.9 - 0.6 * np.exp(-3 * PARTS)
    told = saved_share([noisy(fast, rng) for _ in range(5)], [noisy(slow, rng) for _ in range(5)])

    assert 0.5 < told["share"] < 0.85
    assert told["low"] > 0.3


def test_curves_without_a_twin_are_refused() -> None:
    with pytest.raises(ValueError, match="not 1 and 2"):
        saved_share([FAST, SLOW], [FAST])
