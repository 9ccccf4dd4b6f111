"""Margins and local density -> utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stream.strategies.dbalstream import Dbalstream
from tests.stream.strategies.test_local_density import at


def test_only_locally_dense_texts_are_worth_their_margin(make_view: Callable) -> None:
    # 30 is the nearest so far to 0 and 90; 180 is nobody's.
    view = make_view([[0.7, 0.3]] * 2, at(30, 180), recent=at(0, 90))
    assert Dbalstream().score(view) == pytest.approx([0.6, 0.0])


def test_a_window_holds_a_text() -> None:
    with pytest.raises(ValueError, match="0"):
        Dbalstream(0)
