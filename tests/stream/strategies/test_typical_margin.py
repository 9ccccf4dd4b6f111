"""Neighbours, landmarks and margins -> utilities by hand, and the same however the stream is cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream import exact
from stream.strategies.typical_margin import TypicalMargin

EAST, NORTH, WEST = ([1, 0], [0, 1], [-1, 0])


def _rows(*rows: list[float]):
    return np.array(rows, np.float32)


def test_at_the_start_utility_is_density_times_novelty(make_view: Callable) -> None:
    view = make_view(embeddings=_rows([0.6, 0.8]), recent=_rows(EAST, EAST), asked=_rows(NORTH))
    assert TypicalMargin().score(view) == pytest.approx([0.6 * (1 - 0.8)])


def test_after_the_start_it_is_the_margin_times_their_root(make_view: Callable) -> None:
    view = make_view([[0.5, 0.3, 0.2]], _rows([0.6, 0.8]), recent=_rows(EAST), asked=_rows(NORTH), counts=(3, 3, 0))
    assert TypicalMargin().score(view) == pytest.approx([0.8 * np.sqrt(0.6 * 0.2)])


@pytest.mark.parametrize(("labels", "weight"), [(10, 1.0), (15, 0.75), (20, 0.5), (30, 0.0), (99, 0.0)])
def test_from_ten_labels_a_class_the_roots_weight_falls_and_at_thirty_the_margin_stands_alone(
    make_view: Callable, labels: int, weight: float
) -> None:
    counts = (labels - 2, labels + 2, 0)
    view = make_view([[0.5, 0.3, 0.2]], _rows([0.6, 0.8]), recent=_rows(EAST), asked=_rows(NORTH), counts=counts)
    expected = 0.8 * np.sqrt(0.6 * 0.2) ** weight * 0.4 ** (1 - weight)
    assert TypicalMargin().score(view) == pytest.approx([expected])


def test_where_the_model_is_sure_the_root_is_taken_to_be_as_usual(make_view: Callable) -> None:
    query, likes = [[0.76, 0.24, 0.0], [0.74, 0.26, 0.0]], _rows([0.6, 0.8], [0.6, 0.8])
    view = make_view(query, likes, recent=_rows(EAST), asked=_rows(NORTH), counts=(3, 3, 0))
    sure, unsure = TypicalMargin(neighbours=1).score(view)
    assert (sure, unsure) == pytest.approx((0.48 * 0.4, 0.52 * np.sqrt(1 - 0.8)))


def test_an_asked_text_lowers_its_likes_that_the_model_is_not_sure_about(make_view: Callable) -> None:
    strategy, query = TypicalMargin(neighbours=1), [[0.9, 0.1], [0.5, 0.5], [0.9, 0.1], [0.5, 0.5]]
    view = make_view(query, _rows(EAST, EAST, EAST, NORTH), recent=_rows(EAST, NORTH), counts=(3, 3))
    utility = strategy.score(view)
    assert utility == pytest.approx([0.08, 1, 0.08, 1])
    strategy.asked(view, 0, utility)
    assert utility == pytest.approx([0.08, 0, 0.08, 1])


def test_where_the_margin_stands_alone_an_asked_text_lowers_none_of_its_likes(make_view: Callable) -> None:
    strategy, likes = TypicalMargin(), _rows(EAST, EAST)
    view = make_view([[0.5, 0.5]] * 2, likes, recent=_rows(NORTH, EAST), counts=(30, 30))
    utility = strategy.score(view)
    strategy.asked(view, 0, utility)
    assert utility == pytest.approx([0.4, 0.4])


@pytest.mark.parametrize(("counts", "trust", "starting"), [
    ((0, 0, 0), 0.0, True), ((0, 0, 0), 0.5, False), ((5, 0, 0), 0.0, False), ((2, 3, 0), 0.49, True),
    ((2, 4, 0), 0.0, False), ((1, 0, 0), 0.9, False),
])  # fmt: skip
def test_the_start_ends_with_three_labels_a_class_or_trusted_names(
    make_view: Callable, counts: tuple[int, ...], trust: float, starting: bool
) -> None:
    view = make_view([[1.0, 0.0, 0.0]], _rows(EAST), recent=_rows(EAST), counts=counts, trust=trust)
    assert (TypicalMargin().score(view)[0] > 0.5) == starting


def test_density_counts_the_nearest_only(make_view: Callable) -> None:
    view = make_view(embeddings=_rows(EAST), recent=_rows(NORTH, EAST, WEST, [0.8, 0.6]))
    assert TypicalMargin(neighbours=2).score(view) == pytest.approx([0.9])


def test_density_looks_back_no_further_than_the_window_and_never_ahead(make_view: Callable) -> None:
    view = make_view(embeddings=_rows(EAST, NORTH, EAST), recent=_rows(EAST, NORTH, NORTH))
    assert TypicalMargin(window=2, neighbours=1).score(view).tolist() == [0.0, 1.0, 1.0]


def test_a_text_with_nothing_before_it_is_not_typical(make_view: Callable) -> None:
    assert TypicalMargin().score(make_view(embeddings=_rows(EAST, EAST))).tolist() == [0.0, 1.0]


def test_an_asked_text_lowers_its_likes_behind_it_alone(make_view: Callable) -> None:
    strategy = TypicalMargin()
    view = make_view(embeddings=_rows(EAST, EAST, EAST, NORTH), recent=_rows(EAST, NORTH))
    utility = strategy.score(view)
    assert utility.tolist() == [0.5, 2 / 3, 0.75, 0.2]
    strategy.asked(view, 1, utility)
    assert utility.tolist() == [0.5, 2 / 3, 0.0, 0.2]


def test_freed_landmarks_are_harmless(make_view: Callable) -> None:
    view = make_view(embeddings=_rows(EAST), recent=_rows(EAST), asked=_rows([0, 0]))
    assert TypicalMargin().score(view).tolist() == [1.0]


@pytest.mark.parametrize("classes", [0, 1, 2, 5])
def test_utilities_are_finite_and_between_zero_and_one(make_view: Callable, classes: int) -> None:
    rng = np.random.default_rng(classes)
    embeddings = exact.unit(rng.standard_normal((90, 8)))
    query = np.ones((50, classes)) / max(1, classes)
    for counts in ([0] * classes, [9] * classes, [20] * classes, [50] * classes):
        view = make_view(query, embeddings[:50], recent=embeddings[50:], asked=embeddings[50:55], counts=counts)
        utility = TypicalMargin(window=30).score(view)
        assert np.isfinite(utility).all()
        assert ((utility >= 0) & (utility <= 1)).all()
        assert utility.max() > 0


@pytest.mark.parametrize("labels", [9, 20, 30])
@pytest.mark.parametrize("size", [1, 7, 64])
def test_utilities_do_not_depend_on_how_the_stream_is_cut(make_view: Callable, size: int, labels: int) -> None:
    rng = np.random.default_rng(2)
    embeddings, query = exact.unit(rng.standard_normal((200, 64)) + 0.5), rng.dirichlet(np.ones(6), 200)
    strategy = TypicalMargin(window=40, neighbours=5)

    def scores(step: int) -> list[float]:
        found, asked = [], []
        for at in range(0, 200, step):
            part, landmarks = embeddings[at : at + step], embeddings[asked]
            view = make_view(query[at : at + step], part, recent=embeddings[:at], asked=landmarks, counts=[labels] * 6)
            utility = strategy.score(view)
            for row in range(len(part)):
                if (at + row) % 9 == 3:
                    asked.append(at + row)
                    strategy.asked(view, row, utility)
            found += utility.tolist()
        return found

    assert scores(size) == scores(200)


@pytest.mark.parametrize(("window", "neighbours"), [(5, 6), (5, 0)])
def test_neighbours_must_fit_into_the_window(window: int, neighbours: int) -> None:
    with pytest.raises(ValueError, match=str(neighbours)):
        TypicalMargin(window, neighbours)
