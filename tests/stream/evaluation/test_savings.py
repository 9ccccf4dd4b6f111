"""Labels saved: where a learning curve first reaches what random sampling ends with."""

from __future__ import annotations

import pytest

from stream.evaluation.savings import labels_saved, saved_share

RANDOM = [(0, 0.2), (50, 0.5), (100, 0.6)]


def test_between_two_points_the_curve_is_a_straight_line() -> None:
    assert labels_saved([(0, 0.2), (40, 0.5), (80, 0.7)], RANDOM) == {"to_reach": 0.6, "asked": 60.0, "random": 100}


def test_the_first_crossing_counts_though_the_curve_falls_again() -> None:
    assert labels_saved([(0, 0.2), (20, 0.6), (40, 0.5), (60, 0.7)], RANDOM)["asked"] == 20.0


def test_a_curve_that_begins_there_needs_no_label() -> None:
    assert labels_saved([(0, 0.6), (20, 0.5)], RANDOM)["asked"] == 0


def test_a_curve_that_never_gets_there_saves_nothing() -> None:
    assert labels_saved([(0, 0.2), (90, 0.59)], RANDOM)["asked"] is None


def test_a_jump_at_equal_labels_is_taken_at_its_place() -> None:
    assert labels_saved([(0, 0.2), (30, 0.4), (30, 0.8)], RANDOM)["asked"] == 30.0


FAST, SLOW, NEVER = [(0, 0.2), (50, 0.6), (100, 0.8)], [(0, 0.2), (100, 0.6), (100, 0.8)], [(0, 0.2), (100, 0.5)]


def test_the_share_saved_is_that_of_the_mean_curves() -> None:
    assert saved_share([FAST], [RANDOM[::2]]) == {"share": 0.5, "low": None, "high": None}


def test_the_interval_reaches_from_the_worst_seed_to_the_best() -> None:
    told = saved_share([FAST, SLOW] * 2, [RANDOM] * 4)

    assert told["low"] == 0.0
    assert told["high"] == 0.5
    assert 0.0 < told["share"] < 0.5


def test_seeds_are_drawn_as_pairs() -> None:
    # Each seed saves half of its own labels, whatever it needs: so does each draw, to the rounding of labels.
    easy, hard = [(0, 0.5), (50, 0.7), (100, 0.8)], [(0, 0.1), (50, 0.3), (100, 0.4)]
    told = saved_share([easy, hard] * 3, [[(0, 0.5), (50, 0.6), (100, 0.7)], [(0, 0.1), (50, 0.2), (100, 0.3)]] * 3)

    assert told == {"share": 0.5, "low": 0.5, "high": 0.5}


def test_what_never_gets_there_saves_nothing() -> None:
    assert saved_share([NEVER] * 3, [[(0, 0.2), (100, 0.6)]] * 3) == {"share": None, "low": 0.0, "high": 0.0}


def test_curves_without_a_twin_are_refused() -> None:
    with pytest.raises(ValueError, match="not 1 and 2"):
        saved_share([FAST, SLOW], [FAST])
