"""Margins and words -> utilities by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stream.strategies.diversity_jaccard import DiversityJaccard


def test_it_is_the_mean_of_the_margin_and_the_share_of_other_words(make_view: Callable) -> None:
    # "lost my card" and "lost card" share 2 of {lost, my, card, lost my, my card, lost card}; with "top up" nothing.
    view = make_view([[0.7, 0.3]], texts=["lost my card"], asked_texts=["top up", "Lost card"])
    assert DiversityJaccard().score(view) == pytest.approx([(0.6 + 2 / 3) / 2])
    assert DiversityJaccard(0.25).score(view) == pytest.approx([0.25 * 0.6 + 0.75 * 2 / 3])


def test_a_text_that_a_longer_one_contains_overlaps_with_it_by_a_tenth(make_view: Callable) -> None:
    words = [f"w{place}" for place in range(300)]
    parts = [" ".join(words[start : start + 30]) for start in range(0, 300, 30)]
    view = make_view([[0.5, 0.5]] * 10, texts=parts, asked_texts=[" ".join(words)])

    # 30 words and 29 pairs of 300 and 299; a part's overlap is estimated, all parts' together nearly exact.
    assert (1.0 - DiversityJaccard(0.0).score(view)).mean() == pytest.approx(59 / 599, rel=0.05)


def test_an_asked_text_is_a_landmark_for_those_behind_it(make_view: Callable) -> None:
    texts = ["lost card", "lost card", "top up", ""]
    strategy, view = DiversityJaccard(0.0), make_view([[0.5, 0.5]] * 4, texts=texts)
    utility = strategy.score(view)
    assert utility.tolist() == [1.0] * 4

    strategy.asked(view, 0, utility)
    assert utility.tolist() == [1.0, 0.0, 1.0, 1.0]


def test_a_share_is_from_zero_to_one() -> None:
    with pytest.raises(ValueError, match="not 2"):
        DiversityJaccard(2)
