"""Place in the stream -> utility: asks about evenly spaced texts, whatever the model says."""

from __future__ import annotations

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
"""(sqrt(5) - 1) / 2 as a share of 2^64."""


class Periodic(Strategy):
    """Systematic sampling (Madow and Madow, 1944) for a rule that need not be known: the golden-ratio sequence.

    The text at place i, from 1, is worth the fractional part of i times (sqrt(5) - 1) / 2 (Weyl, 1916). Of the texts
    above any bound, two neighbours are apart by one of three distances (Swierczkowski, 1958), so that whoever asks
    about the highest share b asks about every (1/b)-th text, near enough. Counted in 64 bits, and so exact at any
    place.
    """

    def score(self, view: View) -> Doubles:
        """Fractional parts, (n,) in [0, 1)."""
        turns = (view.positions.astype(np.uint64) + np.uint64(1)) * _GOLDEN
        shares: Doubles = (turns >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return shares
