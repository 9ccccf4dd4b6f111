"""Every registered strategy on awkward blocks: utilities are finite, from 0 to 1, and the same however it is cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stream import exact
from stream.strategies import STRATEGIES

every = pytest.mark.parametrize("name", sorted(STRATEGIES))
learned_or_not = pytest.mark.parametrize("learned", [True, False], ids=["learned", "not learned"])


def _model(learned: bool, rows: int, classes: int, dimension: int) -> dict[str, Any]:
    """Where all classes but the last lie, and what five members say of so many texts; nobody and nowhere before."""
    rng = np.random.default_rng(7)
    prototypes = exact.unit(rng.standard_normal((classes, dimension)))
    prototypes[-1 if learned else 0 :] = 0.0
    members = rng.random((5 if learned else 0, rows, classes)) ** 8
    return {"prototypes": prototypes, "committee": members / members.sum(axis=2, keepdims=True)}


def _check(name: str, view) -> None:
    strategy = STRATEGIES[name]()
    utility = strategy.score(view)
    for row in range(0, len(view), 9):
        assert np.isfinite(utility).all()
        assert ((utility >= 0) & (utility <= 1)).all()
        strategy.asked(view, row, utility)


@every
@learned_or_not
@pytest.mark.parametrize("classes", [0, 1, 2, 500])
def test_utilities_are_finite_and_from_zero_to_one(make_view: Callable, name: str, classes: int, learned: bool) -> None:
    rng = np.random.default_rng(classes)
    embeddings = exact.unit(rng.standard_normal((190, 8)))
    query = rng.dirichlet(np.full(classes, 0.05), 60) if classes else np.zeros((60, 0))
    known = {"recent": embeddings[60:], "asked": embeddings[60:75], **_model(learned, 60, classes, 8)}
    for counts in ([0] * classes, [9] * classes):
        _check(name, make_view(query, embeddings[:60], counts=counts, **known))


@every
def test_identical_texts_are_let_pass(make_view: Callable, name: str) -> None:
    same = np.tile(exact.unit([[3.0, 4.0]]), (80, 1))
    _check(name, make_view(np.full((40, 3), 1 / 3), same[:40], recent=same[40:], asked=same[:3], counts=[1, 1, 1]))


@every
def test_the_first_block_of_a_stream_is_let_pass(make_view: Callable, name: str) -> None:
    embeddings, nothing = exact.unit(np.random.default_rng(0).standard_normal((50, 8))), np.zeros((0, 0), np.float32)
    _check(name, make_view(np.zeros((50, 0)), embeddings, recent=nothing, asked=nothing))


@every
@learned_or_not
def test_utilities_do_not_depend_on_how_the_stream_is_cut(make_view: Callable, name: str, learned: bool) -> None:
    rng = np.random.default_rng(5)
    embeddings, query = exact.unit(rng.standard_normal((160, 24)) + 0.4), rng.dirichlet(np.ones(6), 160)
    texts = [" ".join(rng.choice(["card", "lost", "my", "top", "up", "fee"], 5)) for _ in range(160)]
    known = {embedding.tobytes(): row for embedding, row in zip(embeddings, query, strict=True)}
    model = _model(learned, 160, 6, 24)

    def scores(step: int) -> list[float]:
        strategy, found, asked = STRATEGIES[name](), [], []
        for at in range(0, 160, step):
            rows = slice(at, min(at + step, 160))
            view = make_view(
                query[rows], embeddings[rows], recent=embeddings[:at], asked=embeddings[asked], counts=[9] * 6,
                first=at, texts=texts[rows], asked_texts=[texts[text] for text in asked],
                prototypes=model["prototypes"], committee=model["committee"][:, rows],
                ask=lambda others: np.array([known[each.tobytes()] for each in others]).reshape(-1, 6),
            )  # fmt: skip
            utility = strategy.score(view)
            for row in range(len(view)):
                if (at + row) % 9 == 3:
                    asked.append(at + row)
                    strategy.asked(view, row, utility)
            found += utility.tolist()
        return found

    whole = scores(160)
    assert len(set(whole)) > 1 or not learned
    assert scores(1) == whole
    assert scores(23) == whole
