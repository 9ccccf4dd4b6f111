"""Balls around texts and landmarks -> shares of the window by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.probability_coverage import ProbabilityCoverage

EAST, NORTH, WEST = [1, 0], [0, 1], [-1, 0]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_it_is_the_share_of_the_window_within_reach_and_not_covered(make_view: Callable) -> None:
    recent = _rows(EAST, [0.8, 0.6], NORTH, WEST)
    assert ProbabilityCoverage(reach=0.6).score(make_view(embeddings=_rows(EAST), recent=recent)).tolist() == [0.5]

    view = make_view(embeddings=_rows(EAST), recent=recent, asked=_rows(NORTH))  # its ball takes in (.8, .6) as well
    assert ProbabilityCoverage(reach=0.6).score(view).tolist() == [0.25]


def test_an_asked_text_covers_for_those_behind_it(make_view: Callable) -> None:
    strategy = ProbabilityCoverage(window=2, reach=0.9)
    view = make_view(embeddings=_rows(EAST, EAST, NORTH, EAST), recent=_rows(NORTH, EAST))
    utility = strategy.score(view)
    assert utility.tolist() == [0.5, 1.0, 0.0, 0.5]

    strategy.asked(view, 1, utility)
    assert utility.tolist() == [0.5, 1.0, 0.0, 0.0]


def test_a_text_with_nothing_before_it_covers_nothing(make_view: Callable) -> None:
    assert ProbabilityCoverage().score(make_view(embeddings=_rows(EAST))).tolist() == [0.0]


@pytest.mark.parametrize("wrong", [{"window": 0}, {"reach": 1.5}])
def test_a_window_holds_a_text_and_reach_is_a_cosine(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        ProbabilityCoverage(**wrong)
