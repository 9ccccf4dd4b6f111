"""Every detector alarms soon after a rise, is silent where the mean falls, and runs the same course after a restore."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.drift import DETECTORS
from stream.drift.base import Detector, DriftState
from stream.drift.rebased import Rebased
from stream.records import Entry

every_detector = pytest.mark.parametrize("name", sorted(DETECTORS))


def alarms(detector: Detector, values: list[float]) -> list[int]:
    return [place for place, value in enumerate(values, 1) if detector.update(value)]


def means(mean: float, values: int, seed: int) -> list[float]:
    return np.random.default_rng(seed).normal(mean, 0.2 / np.sqrt(32), values).clip(0, 1).tolist()


@every_detector
def test_a_step_of_a_mean_is_noticed_soon_and_once(name: str) -> None:
    detector = DETECTORS[name](0.05, 32)

    assert alarms(detector, means(0.35, 100, seed=0)) == []
    noticed = alarms(detector, means(0.55, 40, seed=1))
    assert len(noticed) == 1
    assert noticed[0] <= 20


NOTICED = {"adwin": 116, "hddm_a": 104, "hddm_w": 113, "kswin": 118, "page_hinkley": 118}
"""At which value of `STEP` each detector alarms, from 1 on: worked out from its algorithm."""
STEP = [0.0] * 100 + [1.0] * 100


@every_detector
def test_a_step_is_noticed_at_the_very_value_that_the_algorithm_names(name: str) -> None:
    assert name in NOTICED, f"say in NOTICED of {__name__} at which value of STEP {name} alarms"
    assert alarms(DETECTORS[name](), STEP) == [NOTICED[name]]


@every_detector
def test_one_restored_in_mid_step_alarms_where_it_would_have(name: str) -> None:
    (noticed,) = alarms(DETECTORS[name](), STEP)
    for cut in sorted({50, 100, min(102, noticed - 1), noticed - 1}):
        detector, restored = DETECTORS[name](), DETECTORS[name]()
        alarms(detector, STEP[:cut])
        restored.restore(detector.save())
        assert [cut + place for place in alarms(restored, STEP[cut:])] == [noticed], "save() leaves something out"


def test_page_hinkleys_sum_by_hand() -> None:
    # After 100 zeros the k-th one adds 1 - k/(100 + k) - 0.05 to the sum, whose least value was 100 * -0.05; its
    # threshold is ln(500) / (8 * 0.05) = 15.54: the forgotten part (1e-4 a value) aside, k = 18 is the first beyond.
    total = -5.0
    rises = []
    for ones in range(1, 30):
        total = (1 - 1e-4) * total + 1 - ones / (100 + ones) - 0.05
        rises.append(total + 5.0)

    assert next(ones for ones, rise in enumerate(rises, 1) if rise > np.log(500) / 0.4) == 18


def test_hddm_as_bound_by_hand() -> None:
    # n zeros and k ones: the mean k/(n+k) exceeds that up to the cut, 0, by sqrt(k / (n (n+k)) / 2 ln(2 / delta)).
    first = next(k for k in range(1, 50) if k / (100 + k) >= np.sqrt(k / (100 * (100 + k)) / 2 * np.log(2 / 0.002)))

    assert first == 4


@every_detector
def test_a_falling_mean_is_no_drift(name: str) -> None:
    detector = DETECTORS[name](0.05, 32)

    assert alarms(detector, np.linspace(0.9, 0.1, 500).tolist()) == []
    assert detector.state is not DriftState.DRIFT


@every_detector
def test_what_was_before_it_forgot_is_not_compared_with_what_follows(name: str) -> None:
    detector = DETECTORS[name](0.05, 32)
    before = means(0.35, 100, seed=0)
    assert alarms(detector, before) == []
    detector.forget()

    assert detector.statistic == before[-1]
    restored = DETECTORS[name](0.05, 32)
    restored.restore(detector.save())
    assert restored.statistic == before[-1]
    assert alarms(detector, means(0.55, 100, seed=1)) == []
    assert len(alarms(detector, means(0.75, 40, seed=2))) == 1


@every_detector
def test_an_alarm_is_held_while_the_detector_forgets(name: str) -> None:
    detector = DETECTORS[name]()
    alarms(detector, [0.0] * 100)
    while not detector.update(1.0):
        pass
    detector.forget()

    assert detector.state is DriftState.DRIFT


@every_detector
def test_it_tells_its_name_and_starts_stable(name: str) -> None:
    detector = DETECTORS[name]()

    assert (detector.name, detector.state, detector.statistic) == (name, DriftState.STABLE, 0.0)


@pytest.mark.parametrize("name", ["hddm_a", "hddm_w"])
def test_some_warn_before_they_alarm(name: str) -> None:
    detector, states = DETECTORS[name](), []
    for value in [0.0] * 100 + [1.0] * 20:
        detector.update(value)
        states.append(detector.state)

    assert states.index(DriftState.WARNING) < states.index(DriftState.DRIFT)


@every_detector
@settings(deadline=None, max_examples=8)
@given(
    levels=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), max_size=6),
    cut=st.integers(0, 200),
    seed=st.integers(0, 9),
)
def test_a_restored_detector_runs_the_same_course(
    name: str, levels: list[tuple[float, int]], cut: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = [float(np.clip(rng.normal(level, 0.1), 0, 1)) for level, times in levels for _ in range(times)]
    detector, restored = DETECTORS[name](0.05, 32), DETECTORS[name](0.05, 32)
    alarms(detector, values[:cut])
    saved = detector.save()
    restored.restore(Entry(json.loads(json.dumps(saved.fields)), dict(saved.arrays)))

    for value in values[cut:]:
        assert restored.update(value) == detector.update(value)
        assert (restored.state, restored.statistic) == (detector.state, detector.statistic)
    assert restored.save().fields == detector.save().fields
    np.testing.assert_equal(dict(restored.save().arrays), dict(detector.save().arrays))


@every_detector
@pytest.mark.parametrize("wrong", [(0.0, 1), (1.0, 1), (0.1, 0)])
def test_impossible_settings_are_refused(name: str, wrong: tuple[float, int]) -> None:
    with pytest.raises(ValueError, match="not"):
        DETECTORS[name](*wrong)


@pytest.mark.parametrize("wrong", [{"rebase": 0}, {"hold": 0}])
def test_impossible_counts_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Rebased("none", lambda: None, **wrong)  # type: ignore[arg-type]
