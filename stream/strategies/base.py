"""View -> utility: the contract of a query strategy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from stream.records import Doubles, Floats, Integers


@dataclass(frozen=True, slots=True)
class View:
    """All that a strategy may look at: a block of n texts, and what was known before the first of them.

    ``positions`` (n,) are the texts' places in the stream; ``probabilities`` and ``query_probabilities`` (n, k) belong
    to the k known classes (k may be 0), the second from the map that leaves out what would make unseen classes look
    confident; ``committee`` (m, n, k) are members' probabilities or None. ``recent`` (w, d) are the embeddings before
    the block, oldest first; ``asked`` (a, d) the landmarks: open requests and the last asked. ``label_counts`` (k,)
    are labels per class; ``trust`` in [0, 1] is how far class names are believed (0: none given).
    """

    positions: Integers
    texts: Sequence[str]
    embeddings: Floats
    probabilities: Doubles
    query_probabilities: Doubles
    committee: Doubles | None
    recent: Floats
    asked: Floats
    label_counts: Integers
    trust: float

    def __len__(self) -> int:
        return len(self.positions)


class Strategy(ABC):
    """How useful would each text's label be? Keeps nothing from one block to the next."""

    @abstractmethod
    def score(self, view: View) -> Doubles:
        """The utility of each text, (n,) in [0, 1]; row i counts every text and request before it."""

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: B027  most need not be told
        """Row ``row`` of the view last scored is being asked: lower ``utility`` of the rows behind it in place."""
