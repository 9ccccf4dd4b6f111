"""Heads -> state and back, for other classes, and refused."""

from __future__ import annotations

import numpy as np
import pytest

from stream.class_change import ClassChange
from stream.model.head import Head
from stream.model.penalty_choice import USUAL, Penalty
from stream.model.softmax_fit import SoftmaxRegression
from stream.records import Entry

HEAD = Head(
    classes=("a", "b"),
    regression=SoftmaxRegression(np.array([[1, 2], [3, 4]], np.float32), np.array([5, 6], np.float32)),
    unlabelled=np.array([[7, 8], [9, 10]], np.float32),
    mean=np.array([11, 12], np.float32),
    trust=0.75,
    lean=np.array([13, 14], np.float32),
    penalty=Penalty(0.5, 210),
)


def test_a_saved_head_comes_back() -> None:
    back = Head.parse(HEAD.entry())
    assert (back.classes, back.trust, back.penalty) == (HEAD.classes, HEAD.trust, HEAD.penalty)
    assert back.regression.weights.tolist() == [[1, 2], [3, 4]]
    assert back.regression.bias.tolist() == [5, 6]
    assert back.unlabelled.tolist() == [[7, 8], [9, 10]]
    assert back.mean.tolist() == [11, 12]
    assert back.lean.tolist() == [13, 14]


def test_a_head_of_a_state_without_a_lean_leans_nowhere() -> None:
    fields, arrays = HEAD.entry()
    arrays = {name: array for name, array in arrays.items() if name != "lean"}
    assert Head.parse(Entry(fields, arrays)).lean.tolist() == [0, 0]


def test_a_head_of_a_state_without_a_penalty_has_the_usual_one() -> None:
    fields, arrays = HEAD.entry()
    assert Head.parse(Entry({name: fields[name] for name in ("classes", "trust")}, arrays)).penalty == USUAL


def test_whatever_becomes_of_its_classes_a_head_keeps_its_penalty() -> None:
    assert HEAD.arranged(("b", "new"), 2).penalty == HEAD.penalty
    assert HEAD.changed(ClassChange("a", None)).penalty == HEAD.penalty


def test_classes_are_arranged_by_name_and_unknown_ones_get_zeros() -> None:
    arranged = HEAD.arranged(("b", "new", "a"), 2)
    assert arranged.regression.weights.tolist() == [[3, 4], [0, 0], [1, 2]]
    assert arranged.regression.bias.tolist() == [6, 0, 5]
    assert arranged.unlabelled.tolist() == [[9, 10], [0, 0], [7, 8]]
    assert arranged.lean.tolist() == [14, 0, 13]


def test_a_merged_class_keeps_its_own_lean() -> None:
    assert HEAD.changed(ClassChange("a", "b")).lean.tolist() == [14]


def test_the_empty_head_says_nothing_of_any_class() -> None:
    arranged = Head.empty().arranged(("a",), 3)
    assert arranged.regression.weights.tolist() == [[0, 0, 0]]
    assert arranged.mean.tolist() == [0, 0, 0]
    assert arranged.trust == 0.0


@pytest.mark.parametrize("array", ["weights", "bias", "unlabelled", "mean", "lean"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused(array: str, value: float) -> None:
    fields, arrays = HEAD.entry()
    with pytest.raises(ValueError, match="not finite"):
        Head.parse(Entry(fields, {**arrays, array: np.full_like(arrays[array], value)}))
