"""Several strategies -> the weighted product of their ranks by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.strategies.combination import Combination
from stream.strategies.margin import Margin
from stream.strategies.novelty import Novelty

EAST, NORTH = [1, 0], [0, 1]
SURE, UNSURE, BETWEEN = [1.0, 0.0], [0.5, 0.5], [0.75, 0.25]


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_it_is_the_geometric_mean_of_ranks(make_view: Callable) -> None:
    # Margins 0, 1, .5 rank 1/2, 1, 1/2; novelties 0, .2, 1 rank 1/2, 1, 1.
    view = make_view([SURE, UNSURE, BETWEEN], _rows(EAST, [0.8, 0.6], NORTH), asked=_rows(EAST))
    parts = [Margin(), Novelty()]
    assert Combination(parts).score(view) == pytest.approx([0.5, 1.0, np.sqrt(0.5)])
    assert Combination(parts, [3, 1]).score(view) == pytest.approx([0.5, 1.0, 0.5**0.75])
    assert Combination(parts, [0, 1]).score(view) == pytest.approx([0.5, 1.0, 1.0])


def test_ranks_look_back_over_earlier_blocks(make_view: Callable) -> None:
    strategy = Combination([Margin()])
    strategy.score(make_view([SURE, UNSURE]))
    assert strategy.score(make_view([BETWEEN])).tolist() == [0.5]
    assert strategy.score(make_view([UNSURE])).tolist() == [2.5 / 3]


def test_every_part_is_told_what_is_asked(make_view: Callable) -> None:
    strategy = Combination([Novelty()])
    view = make_view(embeddings=_rows(EAST, EAST, NORTH))
    utility = strategy.score(view)
    assert utility.tolist() == [0.5, 0.5, 0.5]

    strategy.asked(view, 0, utility)
    assert utility.tolist() == [0.5, 0.0, 0.75]


def test_what_is_saved_goes_on(make_view: Callable) -> None:
    strategy, restored, other = Combination([Margin()]), Combination([Margin()]), Combination()
    strategy.score(make_view([SURE, UNSURE]))
    for each in (restored, other):
        each.restore(strategy.save())
    assert restored.score(make_view([BETWEEN])).tolist() == [0.5]
    assert other.score(make_view([BETWEEN])) == pytest.approx([0.5 ** (1 / 3) * 0.5 ** (1 / 3) * 0.5 ** (1 / 3)])


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, float("nan")]])
def test_there_is_a_weight_for_each_part_and_one_is_positive(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="2 weights"):
        Combination([Margin(), Novelty()], weights)
