"""Whether more labels are worth it: cold, worth it, plateau or drifted, with the reason."""

from __future__ import annotations

import pytest

from stream.evaluation.labelling_state import Labelling, LabellingState, labelling_state
from stream.evaluation.stability import Stability
from tests.stream.evaluation.test_stability import watched


def test_it_is_cold_until_there_are_three_labels_a_class() -> None:
    assert labelling_state([], [], Stability()) == (Labelling.COLD, "no label has come back yet", None)
    assert labelling_state([0, 0], [], Stability()).state is Labelling.COLD
    assert labelling_state([3, 0], [], Stability()).reason == "3 labels for 2 classes, 1 of which have no label yet"
    assert labelling_state([1], [], Stability()).reason == "1 label for 1 class"
    assert labelling_state([3, 2], [], Stability()).reason == "5 labels for 2 classes"
    assert labelling_state([3, 3], [], Stability()).state is Labelling.WORTH_IT


def test_while_nothing_can_be_told_no_gain_is_told() -> None:
    assert labelling_state([3, 3], [], Stability()) == LabellingState(
        Labelling.WORTH_IT, "the model is young: what labels gain cannot be told yet"
    )


def test_labels_are_worth_it_while_texts_change_their_class() -> None:
    stability = watched(50)
    told = labelling_state([150, 150], [], stability)

    assert told.state is Labelling.WORTH_IT
    assert told.reason == (
        "while the labels doubled 10.0% of the texts changed their class, "
        "and twice as many are expected to gain 2.0 points"
    )
    assert told.expected_gain == pytest.approx(100 * (stability.gain_of(100, 300) or 0), abs=0.005)


def test_a_plateau_is_where_few_texts_change_their_class() -> None:
    assert labelling_state([150, 150], [], watched(39)).state is Labelling.PLATEAU
    assert labelling_state([150, 150], [], watched(40)).state is Labelling.WORTH_IT


def test_a_model_with_few_labels_is_on_no_plateau_though_it_is_stable() -> None:
    assert labelling_state([100, 99], [], watched(10)).state is Labelling.WORTH_IT
    assert labelling_state([100, 100], [], watched(10)).state is Labelling.PLATEAU


def test_a_drift_is_told_before_all_but_the_lack_of_any_label() -> None:
    told = labelling_state([150, 150], ["uncertainty", "audit_error"], watched(10))

    assert told == (Labelling.DRIFTED, "the stream changed: uncertainty, audit_error rose", None)
    assert labelling_state([0], ["uncertainty"], Stability()).state is Labelling.COLD
