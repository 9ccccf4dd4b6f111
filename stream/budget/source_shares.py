"""Source of a text -> why it may not be asked about, if so: no source takes more than its share of what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from stream.records import Reason

GRACE = 10
"""Requests of each source that its share does not count."""


class SourceShares:
    """At every prefix, the requests asked about a source are at most ``share`` of all that were asked, and `GRACE`.

    A source is remembered when it is first asked about; once ``remember`` are, all others are one, with one share for
    them together. Audits are drawn at random from every source: they are neither counted nor refused. A share of 1 is
    no limit, and nothing is counted then. Where there are fewer sources than 1 / share, asking ends with the grace.
    """

    def __init__(self, share: Fraction, remember: int = 1_000) -> None:
        self._share, self._of = share.numerator, share.denominator
        self.limited = share < 1
        """Whether there is any limit."""
        self._remember = remember
        self._asked: dict[str, int] = {}
        self._others = 0
        self._all = 0

    def refusal(self, source: str) -> Reason | None:
        """Why no request may be asked about this source; None where one may."""
        if not self.limited:
            return None
        asked = self._asked.get(source, self._others if len(self._asked) >= self._remember else 0)
        over = (asked + 1 - GRACE) * self._of > self._share * (self._all + 1)
        return Reason.SOURCE_LIMIT if over else None

    def free(self, sources: Sequence[str]) -> int:
        """How many of these sources, from the first on, may be asked about."""
        return next((place for place, source in enumerate(sources) if self.refusal(source)), len(sources))

    def count(self, source: str) -> None:
        """A request is asked about this source."""
        if not self.limited:
            return
        self._all += 1
        if source in self._asked or len(self._asked) < self._remember:
            self._asked[source] = self._asked.get(source, 0) + 1
        else:
            self._others += 1

    def save(self) -> dict[str, Any]:
        """How many requests were asked about each source."""
        return {"asked": dict(self._asked), "others": self._others, "all": self._all}

    def restore(self, fields: Mapping[str, Any]) -> None:
        """Go on from what `save` returned, or from nothing."""
        self._asked = dict(fields.get("asked", {}))
        self._others, self._all = fields.get("others", 0), fields.get("all", 0)
