"""A renamed, merged or removed class -> what the others become."""

from __future__ import annotations

import pytest

from stream.class_change import ClassChange

CLASSES = ("a", "b", "c")


def test_a_renamed_class_keeps_its_place() -> None:
    change = ClassChange("b", "x")
    assert change.classes(CLASSES) == ("a", "x", "c")
    assert change.rows(CLASSES) == [[0], [1], [2]]


@pytest.mark.parametrize(("old", "new", "rows"), [("c", "a", [[0, 2], [1]]), ("a", "c", [[2, 0], [1]])])
def test_merged_classes_stand_where_the_first_stood_and_the_one_that_keeps_its_name_leads(
    old: str, new: str, rows: list[list[int]]
) -> None:
    change = ClassChange(old, new)
    assert change.classes(CLASSES) == (new, "b")
    assert change.rows(CLASSES) == rows


def test_a_removed_class_leaves_no_gap() -> None:
    change = ClassChange("a", None)
    assert change.classes(CLASSES) == ("b", "c")
    assert change.rows(CLASSES) == [[1], [2]]


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="'x' is not a class"):
        ClassChange("x", "a").classes(CLASSES)
