"""Class probabilities and prototypes -> utility: how far a label is expected to move its class's prototype."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.class_directions import cosines, directions, masses, with_text_added


class ExpectedModelChange(Strategy):
    """The expected change of the model (Settles, 2009, 3.3; Cai, Zhang and Zhou, 2013), exactly, for prototypes.

    Those papers stand in the gradient for the change; here the part of the default model that moves with each label is
    moved: were the label k, by |unit(S_k + x) - unit(S_k)|. S_k is the prototype times the labels it weighs as much as
    (its labels, and its name as far as names are believed). A class of which nothing is known moves by 1, and none by
    more: only a class of a single label that x all but contradicts would.
    """

    def score(self, view: View) -> Doubles:
        """Expected movements, (n,) in [0, 1]; 1 while there are not two classes to choose between."""
        probabilities = view.query_probabilities
        if probabilities.shape[1] < 2:
            return np.ones(len(view))
        found = cosines(view.embeddings, directions(view))
        stays = with_text_added(masses(view), np.ones(found.shape), found, found)
        movements = np.minimum(np.sqrt(2.0 - 2.0 * stays), 1.0)
        expected: Doubles = (probabilities * movements).sum(axis=1)
        return expected.clip(0.0, 1.0)
