"""Neighbours -> utility: texts in the thick of others."""

from __future__ import annotations

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.neighbours import density, require_neighbours


class Typicality(Strategy):
    """The mean cosine to the ``neighbours`` nearest of the last ``window`` texts (Hacohen, Dekel, Weinshall, 2022).

    The paper takes one over the mean distance, which orders nearly alike; and the most typical text of each cluster,
    for which a stream has no pool: density alone asks about the same thick places ever again (see `typical_margin`).
    """

    def __init__(self, window: int = 500, neighbours: int = 20) -> None:
        require_neighbours(window, neighbours)
        self._window = window
        self._neighbours = neighbours

    def score(self, view: View) -> Doubles:
        """Densities, (n,) in [0, 1]; 0 for a text with nothing before it."""
        return density(view, self._window, self._neighbours)
