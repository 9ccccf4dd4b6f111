"""Open requests -> whether a text says nearly the same as one of them."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from stream.dense_rows import DenseRows
from stream.records import Floats
from stream.shingles import overlap, pairs_of_words

OFF = 2.0
"""A threshold that nothing reaches."""
_HEAD = 96
_ROUNDING = 1e-4


class NearDuplicates:
    """Knows the texts of all open requests: one like them is not asked about again, one decision for the cluster.

    Near is a text whose cosine to an open request's is at least ``same``; from a cosine of ``alike`` on, one of whose
    pairs of neighbouring words the share ``words`` is the same (Jaccard), as in a form letter with another name. A
    request that is closed, however, frees the way. Open requests are bounded by the budget, and `Pending` keeps them:
    nothing is saved here.

    No dot product is above that of the first 96 coordinates plus the product of what norm is left (Cauchy-Schwarz): of
    900 open requests that leaves few, mostly none, to be compared with as a whole.
    """

    def __init__(self, same: float = 0.98, alike: float = 0.95, words: float = 0.9) -> None:
        if not (min(same, alike, words) > 0):
            raise ValueError(f"texts are near from cosines and an overlap above 0 on, not {same}, {alike} and {words}")
        self._same, self._alike, self._words = same, min(same, alike), words
        self._heads = DenseRows()
        self._open: dict[str, tuple[Floats, str]] = {}

    def add(self, request_id: str, embedding: Floats, text: str) -> None:
        """A request is open."""
        if self._alike <= 1.0:
            self._heads.add(request_id, _head(embedding))
            self._open[request_id] = embedding, text

    def close(self, request_id: str) -> None:
        """A request is open no more; one that was not is let pass."""
        if self._open.pop(request_id, None) is not None:
            self._heads.remove(request_id)

    def near(self, embedding: Floats, text: str) -> bool:
        """Whether a text with its embedding, (d,), is nearly the same as that of an open request."""
        if not self._open:
            return False
        bounds, alike = self._heads.matrix.dot(_head(embedding)), list[str]()
        for row in (bounds >= self._alike - _ROUNDING).nonzero()[0].tolist():
            other, words = self._open[self._heads.ids[row]]
            cosine = float(other.dot(embedding))
            if cosine >= self._same:
                return True
            if cosine >= self._alike:
                alike.append(words)
        pairs = pairs_of_words(text) if alike else set[str]()
        return any(overlap(pairs, pairs_of_words(words)) >= self._words for words in alike)

    def restore(self, open_requests: Iterable[tuple[str, Floats, str]]) -> None:
        """Go on with these requests, by id, embedding and text."""
        for request in open_requests:
            self.add(*request)


def _head(embedding: Floats) -> Floats:
    """The first coordinates, and the norm of all others."""
    if len(embedding) <= _HEAD:
        return embedding
    head, rest = embedding[: _HEAD + 1].copy(), embedding[_HEAD:]
    head[_HEAD] = sqrt(rest.dot(rest))
    return head
