"""Signals are watched as means over 32 texts, however the stream is cut; audits one by one."""

from __future__ import annotations

import json
from math import sqrt

import numpy as np
import pytest

from stream import exact
from stream.drift.base import Detector, DriftState
from stream.drift.signals import (
    AUDIT_ERROR,
    CLASS_MIX,
    EMBEDDING_SHIFT,
    MEAN_TEXTS,
    SEPARATION,
    SIGNALS,
    UNCERTAINTY,
    UTILITY,
    Alarm,
    Signals,
)
from stream.records import Changes, Entry


class Above(Detector):
    """Alarms at each value above a half; keeps what it was fed."""

    def __init__(self) -> None:
        self.fed: list[float] = []

    def update(self, value: float) -> bool:
        self.fed.append(value)
        return value > 0.5

    def forget(self) -> None:
        self.fed = []

    @property
    def state(self) -> DriftState:
        return DriftState.DRIFT if self.fed and self.fed[-1] > 0.5 else DriftState.STABLE

    @property
    def statistic(self) -> float:
        return sum(self.fed) / max(1, len(self.fed))

    def save(self) -> Entry:
        return Entry({"fed": list(self.fed)})

    def restore(self, entry: Entry) -> None:
        self.fed = list(entry.fields["fed"])


class Watched:
    """Signals over detectors that a test can look into."""

    def __init__(self) -> None:
        self.detectors = {signal: Above() for signal in SIGNALS}
        self.signals = Signals(self.detectors)


def test_utility_and_uncertainty_are_fed_as_means_over_32_texts() -> None:
    watched = Watched()
    watched.signals.scored([0.25] * 16 + [0.75] * 16 + [1.0], [0.125] * 33, 0)

    assert MEAN_TEXTS == 32
    assert watched.detectors[UTILITY].fed == [0.5]
    assert watched.detectors[UNCERTAINTY].fed == [0.125]


def test_texts_that_were_asked_about_have_no_part_in_the_mean_uncertainty() -> None:
    watched = Watched()
    watched.signals.scored([0.5] * 96, [None] * 40 + [0.25, 0.75] + [None] * 22 + [0.125] * 32, 0)

    assert watched.detectors[UTILITY].fed == [0.5] * 3
    assert watched.detectors[UNCERTAINTY].fed == [0.5, 0.125]
    assert watched.signals.alarms == []


@pytest.mark.parametrize("cut", [1, 10, 32, 63])
def test_how_the_stream_is_cut_makes_no_difference(cut: int) -> None:
    utilities, uncertainties = [text / 200 for text in range(200)], [1 - text / 200 for text in range(200)]
    whole, parts = Watched(), Watched()
    whole.signals.scored(utilities, uncertainties, 0)
    for start in range(0, 200, cut):
        parts.signals.scored(utilities[start : start + cut], uncertainties[start : start + cut], start)

    assert [detector.fed for detector in parts.detectors.values()] == [
        detector.fed for detector in whole.detectors.values()
    ]
    assert parts.signals.alarms == whole.signals.alarms != []


def test_an_alarm_tells_its_signal_and_the_texts_until_then() -> None:
    watched = Watched()
    watched.signals.scored([0.0] * 40 + [1.0] * 60, [0.0] * 100, 1_000)
    watched.signals.audited(correct=True, texts=1_100)
    watched.signals.audited(correct=False, texts=1_105)

    assert watched.signals.alarms == [Alarm(UTILITY, 1_064), Alarm(UTILITY, 1_096), Alarm(AUDIT_ERROR, 1_105)]
    assert watched.detectors[AUDIT_ERROR].fed == [0.0, 1.0]


def test_states_and_means_are_told_by_signal() -> None:
    watched = Watched()
    watched.signals.scored([0.25] * 32, [0.75] * 32, 0)
    watched.signals.audited(correct=False, texts=32)

    states, statistics = watched.signals.states(), watched.signals.statistics()
    assert {signal for signal, state in states.items() if state == "drift"} == {UNCERTAINTY, AUDIT_ERROR}
    assert statistics == dict.fromkeys(SIGNALS, 0.0) | {UTILITY: 0.25, UNCERTAINTY: 0.75, AUDIT_ERROR: 1.0}


def test_after_a_refit_uncertainty_is_less_what_the_new_model_has_of_the_texts_before() -> None:
    watched = Watched()
    watched.signals.scored([0.25] * 32, [0.5] * 32, 0)
    watched.signals.refitted([0.25, 0.5])
    watched.signals.scored([0.25] * 32, [0.375] * 32, 32)
    watched.signals.scored([0.25] * 32, [0.0] * 32, 64)
    watched.signals.scored([0.25] * 32, [1.0] * 32, 96)
    assert watched.detectors[UNCERTAINTY].fed == [0.5, 0.5, 0.125, 1.0]


def test_texts_that_wait_for_a_mean_are_compared_with_what_was_usual_for_their_model() -> None:
    watched = Watched()
    watched.signals.scored([0.0] * 16, [0.5] * 16, 0)
    watched.signals.refitted([0.25])
    watched.signals.scored([0.0] * 16, [0.25] * 16, 16)
    assert watched.detectors[UNCERTAINTY].fed == [0.5]


def test_a_refit_lets_utility_begin_anew_and_no_other_signal() -> None:
    watched = Watched()
    watched.signals.scored([0.25] * 64, [0.5] * 64, 0)
    watched.signals.audited(correct=True, texts=64)
    watched.signals.audited(correct=True, texts=64)
    watched.signals.refitted([])
    assert watched.detectors[UTILITY].fed == []
    assert watched.detectors[UNCERTAINTY].fed == [0.5, 0.5]
    assert watched.detectors[AUDIT_ERROR].fed == [0.0, 0.0]


def test_what_is_usual_comes_back() -> None:
    live, restored = Watched(), Watched()
    live.signals.refitted([0.25])
    restored.signals.restore(_through_json(live.signals.changes()))
    restored.signals.scored([0.0] * 32, [0.25] * 32, 0)
    assert restored.detectors[UNCERTAINTY].fed == [0.5]


def test_uncertainties_of_a_state_that_knew_nothing_usual_are_forgotten() -> None:
    live, restored = Watched(), Watched()
    live.signals.scored([0.25] * 32, [0.125] * 32, 0)
    state = _through_json(live.signals.changes())
    del state["drift/signals"].fields["usual"]
    restored.signals.restore(state)
    assert restored.detectors[UTILITY].fed == [0.25]
    assert restored.detectors[UNCERTAINTY].fed == []


def test_the_last_hundred_alarms_are_remembered() -> None:
    watched = Watched()
    for text in range(103):
        watched.signals.audited(correct=False, texts=text)

    assert [alarm.texts for alarm in watched.signals.alarms] == list(range(3, 103))


def test_restored_signals_go_on_in_the_middle_of_a_mean() -> None:
    live, restored = Watched(), Watched()
    live.signals.scored([1.0] * 40, [0.25] * 39 + [None], 0)
    changes = live.signals.changes()
    restored.signals.restore(_through_json(changes))
    for each in (live, restored):
        each.signals.scored([0.0] * 24, [0.5] * 24, 40)

    assert restored.detectors[UTILITY].fed == live.detectors[UTILITY].fed == [1.0, 0.25]
    assert restored.detectors[UNCERTAINTY].fed == pytest.approx([0.25, (7 * 0.25 + 24 * 0.5) / 31])
    assert restored.signals.alarms == live.signals.alarms == [Alarm(UTILITY, 32)]


def test_nothing_is_restored_from_nothing() -> None:
    watched = Watched()
    watched.signals.restore({})

    assert watched.signals.alarms == []


@pytest.mark.parametrize("signals", [(UTILITY, AUDIT_ERROR), (*SIGNALS, "latency")])
def test_each_signal_needs_one_detector(signals: tuple[str, ...]) -> None:
    with pytest.raises(
        ValueError,
        match="one detector for each of utility, uncertainty, audit_error, embedding_shift, separation, class_mix",
    ):
        Signals({signal: Above() for signal in signals})


def _through_json(changes: Changes) -> dict[str, Entry]:
    return {
        key: Entry(json.loads(json.dumps(entry.fields)), entry.arrays)
        for key, entry in changes.items()
        if entry is not None
    }


def test_shifts_and_mixes_reach_their_detectors_and_an_alarm_renews_the_reference() -> None:
    axes = np.eye(3, dtype=np.float32)
    known, new = axes[[0, 0, 1, 1]], axes[2:]
    watched = Watched()
    watched.signals.seen(np.tile(known, (375, 1)), ["a"] * 1_500, 0)
    alarms = watched.signals.seen(np.tile(new, (12 + 32, 1)), [None] * 44, 1_500)
    later = watched.signals.seen(np.tile(new, (956, 1)), [None] * 456 + ["b"] * 500, 1_544)

    assert alarms == [Alarm(EMBEDDING_SHIFT, 1_512)]
    assert later == [Alarm(CLASS_MIX, 2_000), Alarm(CLASS_MIX, 2_500)]
    # 20 known texts and 12 new ones: the means differ by (-6, -6, 12) / 32, the spread is 1 - 344 / 1024, not 1 / 2.
    far = sqrt((216 / 1_024 - 0.5 / 1_000 - 680 / 1_024 / 32) / 0.5) + (680 / 1_024 - 0.5) / 0.5
    assert watched.detectors[EMBEDDING_SHIFT].fed == [0.0] * 15 + [pytest.approx(far)]
    assert watched.detectors[SEPARATION].fed == [0.0] * 16
    assert watched.detectors[CLASS_MIX].fed == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("cut", [1, 3, 250])
def test_which_texts_are_watched_depends_on_their_place_alone(cut: int) -> None:
    embeddings = exact.unit(np.random.default_rng(0).normal(size=(2_500, 8)))
    classes = [f"class {place % 5}" for place in range(2_500)]
    whole, parts = Watched(), Watched()
    whole.signals.seen(embeddings, classes, 0)
    for start in range(0, 2_500, cut):
        parts.signals.seen(embeddings[start : start + cut], classes[start : start + cut], start)

    fed = {signal: detector.fed for signal, detector in whole.detectors.items()}
    assert {signal: detector.fed for signal, detector in parts.detectors.items()} == fed
    assert len(fed[EMBEDDING_SHIFT]) == 1_500 // 32


def test_alarms_are_kept_in_the_order_of_the_stream() -> None:
    watched = Watched()
    watched.signals.scored([0.0] * 64, [0.0] * 32 + [1.0] * 32, 600)
    watched.signals.audited(False, 610)
    watched.signals.audited(False, 640)

    assert [alarm.texts for alarm in watched.signals.alarms] == [610, 640, 664]


def test_distances_of_an_older_release_are_forgotten() -> None:
    older = {"drift/shift": Entry({"texts": 500, "in_window": 3, "ranks": 7}, {"reference": np.zeros(8)})}
    watched = Watched()
    for signal in (EMBEDDING_SHIFT, SEPARATION, CLASS_MIX):
        watched.detectors[signal].update(0.2)
    watched.signals.restore(older)
    watched.signals.seen(exact.unit(np.random.default_rng(0).normal(size=(1_032, 8))), [None] * 1_032, 0)

    assert [len(watched.detectors[signal].fed) for signal in (EMBEDDING_SHIFT, SEPARATION, CLASS_MIX)] == [1, 1, 2]
