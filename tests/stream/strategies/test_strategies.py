"""Every registered strategy -> what all of them promise, whatever the stream and the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from stream import exact
from stream.model.linear_maps import predict
from stream.records import Doubles, Floats
from stream.strategies import STRATEGIES
from stream.strategies.base import Strategy, View

DIMENSION = 8
RECENT = 500
every_strategy = pytest.mark.parametrize("name", sorted(STRATEGIES))


class World(NamedTuple):
    """A stream, a model of k classes with a committee of c members, and the texts that are asked about."""

    embeddings: Floats
    maps: Floats
    prototypes: Floats
    counts: Sequence[int]
    sharpness: float
    asked: Sequence[int] = ()

    def query(self, embeddings: Floats) -> Doubles:
        return self._predict(embeddings, self.maps[0])

    def texts(self, rows: Iterable[int]) -> list[str]:
        return [f"text {row % 7} of class {row % 3}" for row in rows]

    def committee(self, embeddings: Floats) -> Doubles:
        nobody = np.zeros((0, len(embeddings), len(self.counts)))
        return np.concatenate([nobody, *(self._predict(embeddings, rows)[None] for rows in self.maps[1:])])

    def _predict(self, embeddings: Floats, rows: Floats) -> Doubles:
        weights = exact.weights(self.sharpness * rows)
        return predict(embeddings, weights[None], np.zeros((1, len(rows)), np.float32))[0]

    def view(self, make_view: Callable[..., View], start: int, end: int) -> View:
        """The texts from ``start`` to ``end``."""
        own = self.embeddings[start:end]
        return make_view(
            self.query(own),
            own,
            recent=self.embeddings[max(0, start - RECENT) : start],
            asked=self.embeddings[[row for row in self.asked if row < start]],
            counts=list(self.counts),
            first=start,
            prototypes=self.prototypes,
            committee=self.committee(own),
            texts=self.texts(range(start, end)),
            ask=self.query,
            asked_texts=self.texts(row for row in self.asked if row < start),
        )


@cache
def _world(texts: int, classes: int, members: int = 0, sharpness: float = 8.0, identical: bool = False) -> World:
    rng = np.random.default_rng(texts + classes)
    embeddings = exact.unit(rng.normal(size=(texts, DIMENSION)) + 0.4)
    maps = rng.normal(size=(members + 1, classes, DIMENSION)).astype(np.float32)
    return World(
        embeddings=np.repeat(embeddings[:1], texts, axis=0) if identical else embeddings,
        maps=maps,
        prototypes=exact.unit(maps[0]) * (np.arange(classes) % 5 > 0)[:, None].astype(np.float32),
        counts=[label % 5 for label in range(classes)],
        sharpness=sharpness,
    )


def _scores(strategy: Strategy, make_view: Callable[..., View], world: World, start: int, end: int) -> list[float]:
    """Utilities of the texts in one block, where those that the world says are asked about as they come."""
    view = world.view(make_view, start, end)
    utility = strategy.score(view)
    assert utility.shape == (end - start,)
    assert utility.dtype == np.float64
    for row in world.asked:
        if start <= row < end:
            strategy.asked(view, row - start, utility)
    return utility.tolist()


def _bounded(utility: Sequence[float]) -> bool:
    return all(0.0 <= value <= 1.0 for value in utility)


def test_every_strategy_is_found_under_the_name_of_its_module() -> None:
    assert {name: strategy.__module__ for name, strategy in STRATEGIES.items()} == {
        name: f"stream.strategies.{name}" for name in STRATEGIES
    }
    assert list(STRATEGIES) == sorted(STRATEGIES)
    assert STRATEGIES


@every_strategy
@pytest.mark.parametrize("classes", [0, 1, 2, 500])
@pytest.mark.parametrize("members", [0, 1, 3])
def test_any_number_of_classes_and_members_will_do(name: str, make_view: Callable, classes: int, members: int) -> None:
    world = _world(150, classes, members)._replace(asked=[3, 20, 130, 131])
    assert _bounded(_scores(STRATEGIES[name](), make_view, world, 0, 30))
    assert _bounded(_scores(STRATEGIES[name](), make_view, world, 120, 150))


@every_strategy
@pytest.mark.parametrize("sharpness", [0.0, 1e4], ids=["uniform", "one-hot"])
@pytest.mark.parametrize("identical", [False, True], ids=["different", "identical"])
@pytest.mark.parametrize("classes", [2, 9])
def test_probabilities_that_say_nothing_or_everything_will_do(
    name: str, make_view: Callable, sharpness: float, identical: bool, classes: int
) -> None:
    world = _world(260, classes, 3, sharpness, identical)._replace(asked=[5, 205, 206, 259])
    assert _bounded(_scores(STRATEGIES[name](), make_view, world, 0, 20))
    assert _bounded(_scores(STRATEGIES[name](), make_view, world, 200, 260))


@every_strategy
def test_a_batch_of_4096_will_do(name: str, make_view: Callable) -> None:
    world = _world(4_196, 6, 2)._replace(asked=[10, 150, 4_000])
    assert _bounded(_scores(STRATEGIES[name](), make_view, world, 100, 4_196))


@every_strategy
@pytest.mark.parametrize("size", [1, 33])
def test_how_the_stream_is_cut_changes_no_utility(name: str, make_view: Callable, size: int) -> None:
    start, end, strategy = 460, 620, STRATEGIES[name]()
    world = _world(end, 5, 3)._replace(asked=range(0, end, 17))
    whole = _scores(STRATEGIES[name](), make_view, world, start, end)
    parts = [_scores(strategy, make_view, world, at, min(at + size, end)) for at in range(start, end, size)]
    assert [utility for part in parts for utility in part] == whole


@every_strategy
def test_texts_and_requests_behind_a_text_do_not_matter_to_it(name: str, make_view: Callable) -> None:
    world = _world(240, 5, 3)._replace(asked=[90, 130])
    changed = world._replace(
        embeddings=np.vstack([world.embeddings[:140], world.embeddings[40:140]]), asked=[90, 130, 150]
    )
    whole, other = (_scores(STRATEGIES[name](), make_view, stream, 80, 240) for stream in (world, changed))
    assert other[:60] == whole[:60]


@every_strategy
def test_a_strategy_says_what_it_asks_for_that_costs_time(name: str, make_view: Callable[..., View]) -> None:
    view, called = make_view(np.full((5, 3), 1 / 3), committee=np.full((2, 5, 3), 1 / 3)), set[str]()

    def noted(what: str) -> Callable[[], Any]:
        ask: Callable[[], Any] = getattr(view, what)
        return lambda: (called.add(what), ask())[1]

    strategy = STRATEGIES[name]
    strategy().score(replace(view, committee=noted("committee"), asked_sketches=noted("asked_sketches")))
    said = {"committee": strategy.uses_committee, "asked_sketches": strategy.uses_sketches}
    assert called == {what for what, uses in said.items() if uses}
