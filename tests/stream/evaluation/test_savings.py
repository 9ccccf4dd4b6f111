"""Labels saved: where a learning curve first reaches what random sampling ends with."""

from __future__ import annotations

from stream.evaluation.savings import labels_saved

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
