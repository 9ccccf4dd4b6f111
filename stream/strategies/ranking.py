"""Class probabilities, and those that the last texts have by now -> utility: how many of them are less uncertain."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.look_back import TEXTS, before
from stream.strategies.margin import one_minus_margin
from stream.strategies.ranks import rank_among


class Ranking(Strategy):
    """The text's rank by margin among itself and the last 500, all seen by the present model.

    Ranked batches (Cardoso et al., 2017) keep texts in a buffer, score them together and ask about the best before a
    deadline. A decision is due at once here, so the buffer lies behind: a text is asked about if it had been among the
    best of a buffer that ended with it. The deadline is the budget rule's: unspent credit lowers its bound until
    somebody is asked. What the budget compares are ranks of one model, not margins of all those that there were.
    """

    def score(self, view: View) -> Doubles:
        """The share of those before it that are less uncertain, equals half, (n,) in [0, 1]; 1 where there are none."""
        own = one_minus_margin(view.query_probabilities)
        if view.query_probabilities.shape[1] < 2:
            return own
        window = before(one_minus_margin(view.query(view.recent()[-TEXTS:])), own, TEXTS, np.nan)
        return rank_among(window, own[:, None], nothing=1.0)
