"""How many texts change their class from half as many labels to now tells what twice as many would gain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import exp, log

import numpy as np
import pytest

from stream.evaluation.stability import Stability
from stream.records import Entry, Floats, State

WINDOW = np.tile(np.eye(4, dtype=np.float32), (125, 1))
STEPS = (10, 12, 15, 18, 22, 27, 33)


class Model:
    """Gives the first ``changed`` texts a class of this refit, all ``others`` one that stays."""

    def __init__(self, changed: int, refit: int, others: str = "a") -> None:
        self._changed, self._refit, self._others = changed, refit, others

    def best(self, embeddings: Floats) -> tuple[Sequence[str | None], Sequence[float]]:
        others = len(embeddings) - self._changed
        return [f"class of {self._refit}"] * self._changed + [self._others] * others, [0.81] * len(embeddings)


def watched(changed: int, steps: Sequence[int] = STEPS) -> Stability:
    stability = Stability()
    for labels in steps:
        stability.refitted(labels, WINDOW, Model(changed, labels).best)
    return stability


def test_nothing_can_be_told_before_the_labels_have_doubled() -> None:
    stability = watched(50, STEPS[:4])

    assert (stability.changed, stability.doubling_gain, stability.gain_of(100, 18)) == (None, None, None)


def test_the_gain_by_hand() -> None:
    # Of 500 texts, 50 change at every refit: D = (0.1 + 1.3 x 0.1) / 2 + 0.005 = 0.12; U = 1.01 - 0.81 = 0.2.
    stability = watched(50)

    assert stability.changed == pytest.approx(0.1)
    assert stability.doubling_gain == pytest.approx(exp(-2.90) * 0.12**0.89 * 0.2**-0.54)


def test_what_changed_is_a_mean_over_the_last_doubling() -> None:
    stability = watched(50)  # three steps with a tenth changed
    stability.refitted(40, WINDOW, Model(70, 40).best)
    assert stability.changed == pytest.approx((0.1 + 0.1 + 0.1 + 0.14) / 4)

    stability.refitted(48, WINDOW, Model(100, 48).best)
    assert stability.changed == pytest.approx((0.1 + 0.1 + 0.14 + 0.2) / 4)


def test_the_estimate_is_a_mean_over_the_last_six_steps() -> None:
    stability = watched(0, (10, 12, 15, 18))
    for labels in (22, 27, 33, 40, 48, 58):
        stability.refitted(labels, WINDOW, Model(0, labels).best)
    calm = stability.doubling_gain
    stability.refitted(70, WINDOW, Model(500, 70).best)

    assert calm is not None
    assert stability.doubling_gain is not None
    assert log(stability.doubling_gain / calm) == pytest.approx(0.89 * log((2.3 / 2 + 0.005) / 0.005) / 6)


def test_a_model_that_changes_its_mind_more_has_more_to_gain() -> None:
    gains = [watched(changed).doubling_gain or 0.0 for changed in (0, 5, 50, 250)]

    assert gains == sorted(gains)
    assert gains[0] < 0.01 < gains[-1]


def test_each_doubling_gains_seven_tenths_of_the_one_before() -> None:
    stability = watched(50)
    gain = stability.doubling_gain

    assert gain is not None
    assert stability.gain_of(33, 33) == pytest.approx(gain)
    assert stability.gain_of(99, 33) == pytest.approx(1.7 * gain)
    assert stability.gain_of(100, 10_000) == pytest.approx(gain * log(1.01, 2), rel=0.2)


def test_refits_without_a_fifth_more_labels_or_without_texts_are_let_pass() -> None:
    one, other = watched(50), watched(50)
    other.refitted(34, WINDOW, Model(400, 34).best)
    early = Stability()
    early.refitted(20, WINDOW[:499], Model(0, 20).best)

    assert other.doubling_gain == one.doubling_gain
    assert early.changes() == {}


def test_after_a_drift_it_begins_anew_with_the_texts_of_then() -> None:
    stability = watched(50)
    stability.drifted()
    assert (stability.changed, stability.doubling_gain) == (None, None)

    after = WINDOW[:, ::-1]
    for labels in (40, 48, 58, 70, 84):
        stability.refitted(labels, after, Model(50, labels).best)
    state = {key: entry for key, entry in stability.changes().items() if entry is not None}
    np.testing.assert_array_equal(state["evaluation/stability"].arrays["probe"], after)
    assert stability.changed == 0.1


def test_a_restored_one_goes_on() -> None:
    stability, restored, state = watched(50), Stability(), State()
    for key, entry in stability.changes().items():
        assert entry is not None
        state[key] = Entry(json.loads(json.dumps(entry.fields)), entry.arrays)
    assert stability.changes() == {}
    restored.restore(state)
    for each in (stability, restored):
        each.refitted(40, WINDOW, Model(70, 40).best)

    assert restored.doubling_gain == stability.doubling_gain
    assert restored.changed == stability.changed == pytest.approx((3 * 0.1 + 0.14) / 4)


def test_an_older_state_tells_of_the_last_step_alone() -> None:
    stability, restored = watched(50), Stability()
    (entry,) = stability.changes().values()
    assert entry is not None
    restored.restore({"evaluation/stability": Entry({**entry.fields, "changed": 0.125}, entry.arrays)})

    assert restored.changed == 0.125


def test_what_a_drift_left_is_saved_and_restored() -> None:
    stability = watched(50)
    stability.drifted()
    (entry,) = stability.changes().values()
    assert entry is not None
    restored = Stability()
    restored.restore({"evaluation/stability": entry})
    for each in (stability, restored):
        for labels in (40, 48, 58, 70, 84, 101, 122):
            each.refitted(labels, WINDOW, Model(50, labels).best)

    assert restored.doubling_gain == stability.doubling_gain is not None
