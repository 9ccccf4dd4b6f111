"""Class probabilities and neighbours -> utility: uncertain texts in places that were dense of late."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.local_density import nearest_so_far
from stream.strategies.margin import one_minus_margin


class Cogdqs(Strategy):
    """Margin times a local density that forgets (cognitive dual-query strategy: Liu et al., 2021).

    The density is the number of the ``window`` texts before a text that it is the nearest to so far, each counted
    exp(-``forgetting`` * its age in texts), and 1 at most. The paper's memory keeps a few texts and strengthens those
    that are recalled; this looks at a window, so that nothing need be kept. Its second query, where the budget moves
    the threshold, is the budget rule's part here.
    """

    def __init__(self, window: int = 100, forgetting: float = 0.01) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        if forgetting < 0:
            raise ValueError(f"what is forgotten with each text is 0 or more, not {forgetting}")
        self._window = window
        self._remembered: Doubles = np.exp(-forgetting * np.arange(window, 0, -1))

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        density: Doubles = (nearest_so_far(view, self._window) * self._remembered).sum(axis=1)
        return one_minus_margin(view.query_probabilities) * np.minimum(density, 1.0)
