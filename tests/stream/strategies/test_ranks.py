"""Scores as they pass -> ranks by hand."""

from __future__ import annotations

import numpy as np
import pytest

from stream.strategies.ranks import Ranks


def test_a_rank_is_the_share_of_the_texts_before_that_were_lower() -> None:
    ranks = Ranks(1, window=3)
    ranks.pass_by(np.array([[0.5, 0.7, 0.6, 0.1, 0.65]]))
    assert ranks.of() == pytest.approx(np.array([[0.5, 1.0, 0.5, 0.0, 2 / 3]]))
    assert ranks.of(3) == pytest.approx(np.array([[0.0, 2 / 3]]))


def test_equal_scores_count_half() -> None:
    ranks = Ranks(2, window=4)
    ranks.pass_by(np.array([[0.5, 0.5, 0.5], [0.1, 0.2, 0.1]]))
    assert ranks.of().tolist() == [[0.5, 0.5, 0.5], [0.5, 1.0, 0.25]]


def test_scores_count_as_they_are_when_the_next_block_comes() -> None:
    ranks, scores = Ranks(1, window=2), np.array([[0.9, 0.9]])
    ranks.pass_by(scores)
    scores[0, 1] = 0.1
    ranks.pass_by(np.array([[0.5, 0.5]]))
    assert ranks.of().tolist() == [[0.5, 0.75]]


def test_what_is_saved_goes_on() -> None:
    ranks, restored = Ranks(1, window=3), Ranks(1, window=3)
    ranks.pass_by(np.array([[0.2, 0.4]]))
    restored.restore(ranks.last.copy())
    for each in (ranks, restored):
        each.pass_by(np.array([[0.3, 0.5]]))
    assert restored.of().tolist() == ranks.of().tolist() == [[0.5, 1.0]]


def test_a_window_holds_a_text() -> None:
    with pytest.raises(ValueError, match="0"):
        Ranks(1, 0)
