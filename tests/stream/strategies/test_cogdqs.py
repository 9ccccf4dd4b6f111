"""Margins and a local density that forgets -> utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stream.strategies.cogdqs import Cogdqs
from tests.stream.strategies.test_local_density import at


def test_whom_a_text_is_nearest_to_counts_less_with_age(make_view: Callable) -> None:
    # With ln 2 a text, 0 (two texts old) counts 1/4 and 90 (one text old) 1/2; 60 is nearest so far to both.
    strategy = Cogdqs(window=10, forgetting=0.6931471805599453)
    view = make_view([[0.7, 0.3]], at(60), recent=at(0, 90))
    assert strategy.score(view) == pytest.approx([0.6 * 0.75])


def test_density_is_one_at_most(make_view: Callable) -> None:
    view = make_view([[0.7, 0.3]], at(60), recent=at(0, 90))
    assert Cogdqs(forgetting=0.0).score(view) == pytest.approx([0.6])


@pytest.mark.parametrize("wrong", [{"window": 0}, {"forgetting": -0.1}])
def test_a_window_holds_a_text_and_nothing_is_remembered_more_with_age(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        Cogdqs(**wrong)
