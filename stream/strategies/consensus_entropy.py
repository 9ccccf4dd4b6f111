"""Mean opinion of a committee -> utility: how spread out it is."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.records import Doubles
from stream.strategies.base import Strategy, View
from stream.strategies.disagreement import consensus, undecidable
from stream.strategies.entropy import normalised_entropy


class ConsensusEntropy(Strategy):
    """The entropy of the members' mean probabilities as a share of log k: "soft vote entropy" (Settles, 2009, 3.2).

    It is high where members disagree, and where they agree that they do not know.
    """

    uses_committee: ClassVar[bool] = True

    def score(self, view: View) -> Doubles:
        """Entropies, (n,) in [0, 1]; 1 while there are not two members, or not two classes."""
        members = view.committee()
        return np.ones(len(view)) if undecidable(members) else normalised_entropy(consensus(members))
