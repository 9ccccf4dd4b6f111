"""Place in the stream -> utility: asks at random, whatever the model says."""

from __future__ import annotations

from stream import keyed
from stream.records import Doubles
from stream.strategies.base import Strategy, View


class Random(Strategy):
    """A uniform draw for each text, keyed by ``seed`` and the text's place: the baseline for every comparison."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = keyed.fork(seed, "strategy/random")

    def score(self, view: View) -> Doubles:
        """Uniform draws, (n,) in [0, 1)."""
        return keyed.uniform(self._seed, view.positions)
