"""Several strategies' utilities -> one: the weighted product of their ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stream.records import Doubles, Entry
from stream.strategies.base import Strategy, View
from stream.strategies.margin import Margin
from stream.strategies.novelty import Novelty
from stream.strategies.ranks import Ranks
from stream.strategies.typicality import Typicality

_WINDOW = 250


class Combination(Strategy):
    """The weighted geometric mean of the ranks that several strategies give a text.

    A rank is the share of the last 250 texts to which the same strategy gave less, as each was scored when it came: so
    the parts need no common scale, and one that hardly varies weighs as much as any other. The parts must keep nothing
    from one block to the next. Without ``parts`` they are margin, typicality and novelty, all of weight 1:
    informativeness, representativeness and diversity, which Shen et al. (2004) add up for whole batches.
    """

    def __init__(self, parts: Sequence[Strategy] = (), weights: Sequence[float] = ()) -> None:
        self._parts = tuple(parts) or (Margin(), Typicality(), Novelty())
        given = np.array(weights or [1.0] * len(self._parts), np.float64)
        if len(given) != len(self._parts) or not (given >= 0).all() or not 0 < given.sum() < np.inf:
            raise ValueError(f"{len(self._parts)} weights are wanted, none negative and not all 0, not {weights}")
        self._weights: Doubles = given / given.sum()
        self._scores: Doubles = np.zeros((len(self._parts), 0))
        self._ranks = Ranks(len(self._parts), _WINDOW)

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._scores = np.stack([part.score(view) for part in self._parts])
        self._ranks.pass_by(self._scores)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """Every part lowers its own scores of the texts behind."""
        for part, scores in zip(self._parts, self._scores, strict=True):
            part.asked(view, row, scores)
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        product: Doubles = np.ones(self._scores.shape[1] - start)
        for ranks, weight in zip(self._ranks.of(start), self._weights, strict=True):
            product *= ranks**weight
        return product.clip(0.0, 1.0)

    def save(self) -> Entry:
        """What the last texts were given by each part."""
        return Entry(arrays={"scores": self._ranks.last})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; other parts than then begin anew."""
        if entry.arrays["scores"].shape == (len(self._parts), _WINDOW):
            self._ranks.restore(entry.arrays["scores"])
