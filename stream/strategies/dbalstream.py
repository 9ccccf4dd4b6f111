"""Class probabilities and neighbours -> utility: uncertain texts in dense places."""

from __future__ import annotations

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.local_density import nearest_so_far
from stream.strategies.margin import one_minus_margin


class Dbalstream(Strategy):
    """Margin where a text is locally dense, else 0 (DBALStream: Ienco, Zliobaite, Pfahringer, 2014).

    Locally dense is a text that is the nearest so far to one or more of the ``window`` texts before it. The paper asks
    where the margin also passes a threshold that moves with the budget; that is the budget rule's part here.
    """

    def __init__(self, window: int = 100) -> None:
        if window < 1:
            raise ValueError(f"the window holds at least one text, not {window}")
        self._window = window

    def score(self, view: View) -> Doubles:
        """Utilities, (n,) in [0, 1]."""
        dense = nearest_so_far(view, self._window).any(axis=1)
        return one_minus_margin(view.query_probabilities) * dense
