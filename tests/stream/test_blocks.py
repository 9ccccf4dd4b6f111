"""Blocks end at fixed places of the stream, so that no cut of it moves a decision."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stream.blocks import blocks, ends_block, ends_part


def spans(labels: Sequence[str | None], first: int) -> list[tuple[int, int]]:
    return [(rows.start, rows.stop) for rows in blocks(labels, first)]


def test_the_first_thousand_texts_come_in_blocks_of_fifty() -> None:
    assert spans([None] * 120, first=0) == [(0, 50), (50, 100), (100, 120)]
    assert spans([None] * 60, first=970) == [(0, 30), (30, 60)]


def test_later_ones_come_in_pieces_of_256_at_most_and_end_at_each_five_hundredth() -> None:
    assert spans([None] * 600, first=1_900) == [(0, 100), (100, 356), (356, 600)]
    assert spans([None] * 300, first=2_400) == [(0, 100), (100, 300)]


def test_a_text_that_brings_its_label_stands_alone() -> None:
    assert spans([None, "spam", None, None, "ham", "spam"], first=3) == [(0, 1), (1, 2), (2, 4), (4, 5), (5, 6)]


def test_an_empty_batch_has_no_block() -> None:
    assert spans([], first=7) == []


@pytest.mark.parametrize("cut", [1, 7, 50, 333, 1_100, 1_499])
def test_no_cut_moves_a_place_at_which_blocks_always_end(cut: int) -> None:
    labels = ["spam" if row in (40, 41, 1_100) else None for row in range(2_500)]
    before, behind = spans(labels[:cut], first=25), spans(labels[cut:], first=25 + cut)
    ends = {end for _, end in before} | {cut + end for _, end in behind}

    assert ends >= {*range(25, 976, 50), *range(1_475, 2_500, 500)} | {40, 41, 42, 1_100, 1_101}
    assert max(end - start for start, end in before + behind) <= 256


def test_places_at_which_blocks_end_are_known_without_the_batch() -> None:
    assert [texts for texts in range(1, 2_600) if ends_block(texts)] == [*range(50, 1_001, 50), 2_000]
    assert [texts for texts in range(900, 2_001) if ends_part(texts)] == [900, 950, 1_000, 1_500, 2_000]
