"""What follows from an alarm: the reserve is released, and what refits had told begins anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stream.drift.signals import SIGNALS, UTILITY, Alarm, Signals
from stream.learner import Learner
from tests.stream.drift.test_signals import Above
from tests.stream.evaluation.test_stability import watched
from tests.stream.test_learner import EAST, items, learner_with


def learner_before_an_alarm() -> Learner:
    """One whose refits have told something, and whose utilities raise an alarm after 32 texts."""
    learner = learner_with()
    learner.parts = replace(learner.parts, signals=Signals({signal: Above() for signal in SIGNALS}))
    learner.parts.evaluation.stability = watched(50)
    learner.observe(items(*[EAST] * 31), 1.0)
    return learner


def test_what_refits_had_told_is_of_another_stream_once_an_alarm_is_raised() -> None:
    learner = learner_before_an_alarm()
    stability = learner.parts.evaluation.stability
    assert stability.changed == pytest.approx(0.1)

    learner.observe(items(EAST, start=31), 2.0)

    assert learner.parts.signals.alarms == [Alarm(UTILITY, 32)]
    assert (stability.changed, stability.doubling_gain) == (None, None)


def test_the_reserve_is_released_at_the_end_of_the_part_in_which_an_alarm_is_raised() -> None:
    learner = learner_before_an_alarm()

    learner.observe(items(*[EAST] * 18, start=31), 2.0)
    assert learner.parts.budget.drifted_at is None
    learner.observe(items(EAST, start=49), 3.0)
    assert learner.parts.budget.drifted_at == 3.0
