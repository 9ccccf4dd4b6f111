"""Class probabilities and words of landmarks -> utility: uncertain, and in other words than what was asked about."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.records import Doubles
from stream.shingles import Sketches, as_rows, overlaps, sketch
from stream.strategies.base import Strategy, View
from stream.strategies.margin import one_minus_margin


class DiversityJaccard(Strategy):
    """A weighted mean of uncertainty and of one minus the greatest overlap of words with a landmark.

    Brinker (2003) with the Jaccard index of words and pairs of words in the place of the cosine, as texts are compared
    by their words elsewhere (Broder, 1997). ``uncertainty_share`` is the paper's lambda. Landmarks are known by a
    sketch of 64 hashes: for texts of more than 32 words the index is an estimate.
    """

    uses_sketches: ClassVar[bool] = True

    def __init__(self, uncertainty_share: float = 0.5) -> None:
        if not 0 <= uncertainty_share <= 1:
            raise ValueError(f"uncertainty's share is from 0 to 1, not {uncertainty_share}")
        self._share = uncertainty_share
        self._margin: Doubles = np.zeros(0)
        self._greatest: Doubles = np.zeros(0)
        self._sketches: Sketches = as_rows([])

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        self._margin = one_minus_margin(view.query_probabilities)
        self._sketches = as_rows([sketch(text) for text in view.texts])
        self._greatest = overlaps(self._sketches, view.asked_sketches()).max(axis=1, initial=0.0)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: ARG002  `score` kept what is needed
        """The text being asked is a landmark for the texts behind it."""
        to_asked = overlaps(self._sketches, self._sketches[row : row + 1])[:, 0]
        self._greatest = np.maximum(self._greatest, to_asked)
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        return self._share * self._margin[start:] + (1.0 - self._share) * (1.0 - self._greatest[start:])
