"""Place in the stream -> whether to audit: the account that pays for requests drawn at random."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from stream.keyed import draw

_FOREVER = 2**62
"""Texts."""


class AuditAccount:
    """One audit in each block of texts, at a place drawn when the block begins, paid for by the block before."""

    def __init__(self, most: Fraction, seed: int) -> None:
        self._length = ceil(1 / most) if most else 0
        self._seed = seed
        self._block = 0
        self._end = self._length or -1
        self._place = -1
        self.chance = 0.0
        """How likely each text of this block was to be the audited one, before the block began."""

    @property
    def rate(self) -> Fraction:
        """Audits per text, exactly."""
        return Fraction(1, self._length) if self._length else Fraction(0)

    def due(self, position: int) -> bool:
        """Is the text at this place of the stream to be audited? Every place is to be asked for, in order."""
        if position == self._end:
            self._block += 1
            self._place = self._end + int(draw(self._seed, self._block) * self._length)
            self._end += self._length
            self.chance = 1.0 / self._length
        return position == self._place

    def unchanged(self, position: int) -> int:
        """How many texts from this place on, for which `due` was just called, have the same answer and chance."""
        if position == self._place:
            return 1
        if position < self._place:
            return self._place - position
        return self._end - position if position < self._end else _FOREVER

    def save(self) -> dict[str, int]:
        """The block that the stream is in, and the place that was drawn in it."""
        return {"length": self._length, "block": self._block, "end": self._end, "place": self._place}

    def restore(self, fields: Mapping[str, int], position: int) -> None:
        """Go on from what `save` returned at this place; blocks of another length begin anew."""
        self._block = fields["block"]
        if fields["length"] == self._length:
            self._end, self._place = fields["end"], fields["place"]
        else:
            self._end, self._place = position + self._length if self._length else -1, -1
        self.chance = 1.0 / self._length if self._place >= 0 else 0.0
