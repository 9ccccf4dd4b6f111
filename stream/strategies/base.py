"""View -> utility: the contract of a query strategy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from stream.records import Doubles, Entry, Floats, Integers
from stream.shingles import Sketches


@dataclass(frozen=True, slots=True)
class View:
    """All that a strategy may look at: a block of n texts, and what was known before the first of them.

    ``positions`` (n,) are the texts' places in the stream; ``probabilities`` and ``query_probabilities`` (n, k) belong
    to the k known classes (k may be 0), the second from the map that leaves out what would make unseen classes look
    confident. ``asked`` (a, d) are the landmarks: open requests and the last asked. ``label_counts`` (k,) are labels
    per class; ``trust`` in [0, 1] is how far class names are believed (0: none given).

    What costs time is a function: ``recent`` gives the embeddings before the block (w, d), oldest first;
    ``prototypes`` where each class lies (k, d), unit rows or zero; ``query`` the query probabilities (m, k) of any
    embeddings (m, d); ``asked_sketches`` the landmarks' sketches (a, 64), see `stream.shingles`; ``committee`` the
    probabilities (c, n, k) that each of c members gives this block, where c may be 0.
    """

    positions: Integers
    texts: Sequence[str]
    embeddings: Floats
    probabilities: Doubles
    query_probabilities: Doubles
    asked: Floats
    label_counts: Integers
    trust: float
    recent: Callable[[], Floats]
    prototypes: Callable[[], Floats]
    query: Callable[[Floats], Doubles]
    asked_sketches: Callable[[], Sketches]
    committee: Callable[[], Doubles]

    def __len__(self) -> int:
        return len(self.positions)


class Strategy(ABC):
    """How useful would each text's label be? What it keeps from one block to the next, `save` returns: mostly none.

    A strategy that calls ``view.committee`` says so in ``uses_committee``, one that calls ``view.asked_sketches`` in
    ``uses_sketches``: both cost time, so nobody keeps them for a strategy that never asks for them.
    """

    uses_committee: ClassVar[bool] = False
    uses_sketches: ClassVar[bool] = False

    @abstractmethod
    def score(self, view: View) -> Doubles:
        """The utility of each text, (n,) in [0, 1]; row i counts every text and request before it."""

    def asked(self, view: View, row: int, utility: Doubles) -> None:  # noqa: B027  most need not be told
        """Row ``row`` of the view last scored is being asked: lower ``utility`` of the rows behind it in place."""

    def audited(self, view: View, row: int, request_id: str) -> None:  # noqa: B027
        """That row, `asked` as well, was drawn at random: its answer will judge the model. Some are never answered."""

    def answered(self, request_id: str, correct: bool) -> None:  # noqa: B027
        """An audit's answer came: whether what had been predicted for its text was right."""

    def save(self) -> Entry:
        """All that later utilities depend on, beside the views."""
        return Entry()

    def restore(self, entry: Entry) -> None:  # noqa: B027
        """Go on from what `save` returned."""
