"""View -> utility: the contract of a query strategy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from stream.records import Doubles, Floats, Integers


@dataclass(frozen=True, slots=True)
class View:
    """All that a strategy may look at: a block of n texts, and what was known before the first of them.

    ``positions`` (n,) are the texts' places in the stream; ``probabilities`` and ``query_probabilities`` (n, k) belong
    to the k known classes (k may be 0), the second from the map that leaves out what would make unseen classes look
    confident. ``recent`` (w, d) are the embeddings before the block, oldest first; ``asked`` (a, d) the landmarks: open
    requests and the last asked. ``label_counts`` (k,) are labels per class; ``trust`` in [0, 1] is how far class names
    are believed (0: none given).

    What costs time is a function: ``prototypes`` gives where each class lies (k, d), unit rows or zero; ``query`` the
    query probabilities (m, k) of any embeddings (m, d); ``committee`` the probabilities (c, n, k) that each of c
    members gives this block, where c may be 0.
    """

    positions: Integers
    texts: Sequence[str]
    embeddings: Floats
    probabilities: Doubles
    query_probabilities: Doubles
    recent: Floats
    asked: Floats
    label_counts: Integers
    trust: float
    prototypes: Callable[[], Floats]
    query: Callable[[Floats], Doubles]
    committee: Callable[[], Doubles]

    def __len__(self) -> int:
        return len(self.positions)


class Strategy(ABC):
    """How useful would each text's label be? Keeps nothing from one block to the next."""

    uses_committee: ClassVar[bool] = False

    @abstractmethod
    def score(self, view: View) -> Doubles:
        """The utility of each text, (n,) in [0, 1]; row i counts every text and request before it."""

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: B027  most need not be told
        """Row ``row`` of the view last scored is being asked: lower ``utility`` of the rows behind it in place."""
