"""The window holds the last embeddings, oldest first, however they came."""

from __future__ import annotations

import numpy as np
import pytest

from stream.records import Floats
from stream.window import Window, without


def embeddings(*numbers: int) -> Floats:
    return np.array([[number, -number] for number in numbers], np.float32).reshape(-1, 2)


def held(window: Window, texts: int = 99) -> list[int]:
    return [int(row[0]) for row in window.last(texts)]


def test_there_is_nothing_in_it_at_first() -> None:
    window = Window(3)

    assert (len(window), len(window.last(3))) == (0, 0)


def test_the_last_texts_are_held_oldest_first() -> None:
    window = Window(3)
    window.append(embeddings(1, 2))
    assert (held(window), len(window)) == ([1, 2], 2)

    window.append(embeddings(3, 4))
    assert (held(window), len(window)) == ([2, 3, 4], 3)
    assert held(window, 2) == [3, 4]


def test_of_a_batch_larger_than_the_window_its_end_stays() -> None:
    window = Window(3)
    window.append(embeddings(*range(10)))

    assert held(window) == [7, 8, 9]


def test_an_empty_batch_changes_nothing() -> None:
    window = Window(3)
    window.append(embeddings(1, 2))
    window.append(embeddings())

    assert held(window) == [1, 2]


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("texts", [5, 50])
def test_how_the_stream_is_cut_makes_no_difference(texts: int, batch: int) -> None:
    window = Window(texts)
    for start in range(0, 210, batch):
        window.append(embeddings(*range(start, start + batch)))
        end = start + batch
        assert held(window) == list(range(max(0, end - texts), end))
        assert held(window, 4) == list(range(max(0, end - 4), end))
        assert len(window) == min(texts, end)


def test_what_was_told_stays_as_it_is_when_more_comes() -> None:
    window = Window(50)
    for number in range(60):
        window.append(embeddings(number))
    told = window.last(50)
    before = told.copy()

    for number in range(60, 200):
        window.append(embeddings(number))
        window.last(3)

    assert np.array_equal(told, before)


def test_a_window_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one text, not 0"):
        Window(0)


def test_rows_are_dropped_by_what_they_are_and_the_others_keep_their_order() -> None:
    window = Window(4)
    window.append(embeddings(*range(9), 6))

    assert window.drop(embeddings(6, 0, 12)) == 2
    assert (held(window), len(window)) == ([7, 8], 2)
    assert window.drop(embeddings()) == 0
    window.append(embeddings(*range(20, 23)))
    assert held(window) == [8, 20, 21, 22]


def test_what_is_known_is_left_out_and_the_others_keep_their_order() -> None:
    assert without(embeddings(3, 1, 2, 1), embeddings(1, 9)).tolist() == embeddings(3, 2).tolist()
    assert without(embeddings(), embeddings(1)).shape == (0, 2)
    assert without(embeddings(1), embeddings(1)).shape == (0, 2)
