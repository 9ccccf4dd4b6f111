"""The detector alarms soon after a rise, hardly ever without one, and runs the same course after a restore."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.drift import DETECTORS
from stream.drift.adwin import adwin
from stream.drift.base import DriftState
from stream.records import Entry

UTILITY_SPREAD = 0.2 / np.sqrt(32)


def utilities(mean: float, values: int, seed: int) -> list[float]:
    return np.random.default_rng(seed).normal(mean, UTILITY_SPREAD, values).clip(0, 1).tolist()


def errors(rate: float, values: int, seed: int) -> list[float]:
    return (np.random.default_rng(seed).random(values) < rate).astype(float).tolist()


def alarms(detector: adwin, values: list[float]) -> list[int]:
    return [place for place, value in enumerate(values, 1) if detector.update(value)]


@pytest.mark.parametrize("seed", range(20))
def test_a_step_of_the_mean_utility_is_noticed_within_ten_values(seed: int) -> None:
    detector = adwin(numbers_per_value=32)

    assert alarms(detector, utilities(0.35, 100, seed)) == []
    assert 1 <= alarms(detector, utilities(0.50, 10, seed + 1_000))[0] <= 10


def test_means_that_are_not_declared_as_means_are_noticed_later() -> None:
    detector = adwin()
    alarms(detector, utilities(0.35, 100, seed=0))

    assert alarms(detector, utilities(0.50, 30, seed=1)) == []


def test_more_errors_are_noticed() -> None:
    detector = adwin()

    assert alarms(detector, errors(0.1, 200, seed=0)) == []
    assert 5 < alarms(detector, errors(0.6, 100, seed=1))[0] < 60


@pytest.mark.parametrize("seed", range(3))
def test_there_is_no_false_alarm_in_thousands_of_values(seed: int) -> None:
    assert alarms(adwin(numbers_per_value=32), utilities(0.35, 3_000, seed)) == []
    assert alarms(adwin(), errors(0.2, 3_000, seed)) == []


def test_a_falling_mean_is_no_drift() -> None:
    detector = adwin(numbers_per_value=32)

    assert alarms(detector, np.linspace(0.9, 0.1, 500).tolist()) == []
    assert detector.state is DriftState.STABLE
    assert detector.statistic < 0.3


def test_a_rise_after_a_fall_is_noticed() -> None:
    detector = adwin(numbers_per_value=32)
    alarms(detector, utilities(0.7, 200, seed=0) + utilities(0.3, 100, seed=1))

    assert len(alarms(detector, utilities(0.5, 20, seed=2))) == 1


def test_the_state_stays_drift_for_as_long_as_it_is_held() -> None:
    detector = adwin(numbers_per_value=32, hold=3)
    states = []
    for value in [0.2] * 50 + [0.8] * 20:
        detector.update(value)
        states.append(detector.state)

    first = states.index(DriftState.DRIFT)
    assert states[first:] == [DriftState.DRIFT] * 3 + [DriftState.STABLE] * (20 - (first - 50) - 3)


def test_the_statistic_is_the_mean_since_the_change() -> None:
    detector = adwin(numbers_per_value=32)
    assert detector.statistic == 0
    alarms(detector, [0.2] * 50)
    assert detector.statistic == pytest.approx(0.2)

    assert alarms(detector, [0.8] * 20)
    assert detector.statistic == pytest.approx(0.8)


def test_the_memory_is_bounded() -> None:
    detector = adwin(rebase=50)
    longest = 0
    for value in errors(0.3, 1_000, seed=0):
        detector.update(value)
        longest = max(longest, len(detector.save().arrays["fed"]))

    assert longest == 100


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), max_size=8), st.integers(0, 300), st.integers(1, 40))
def test_a_restored_detector_runs_the_same_course(levels: list[tuple[float, int]], cut: int, rebase: int) -> None:
    values = [level for level, times in levels for _ in range(times)]
    detector, restored = (adwin(numbers_per_value=32, rebase=rebase, hold=7) for _ in range(2))
    alarms(detector, values[:cut])
    saved = detector.save()
    restored.restore(Entry(json.loads(json.dumps(saved.fields)), dict(saved.arrays)))

    for value in values[cut:]:
        assert restored.update(value) == detector.update(value)
        assert (restored.state, restored.statistic) == (detector.state, detector.statistic)
    np.testing.assert_array_equal(restored.save().arrays["fed"], detector.save().arrays["fed"])


def test_every_registered_detector_starts_stable() -> None:
    assert {build().state for build in DETECTORS.values()} == {DriftState.STABLE}


@pytest.mark.parametrize("wrong", [{"delta": 0.0}, {"delta": 1.0}, {"numbers_per_value": 0}, {"rebase": 0}])
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        adwin(**wrong)  # type: ignore[arg-type]
