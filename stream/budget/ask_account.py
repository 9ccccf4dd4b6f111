"""Texts seen -> requests that may be asked: the account that pays for all requests but audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor, lcm
from typing import NamedTuple

_DRIP = 2
"""Times the income: how fast a released reserve is paid out."""
_PACE = 1 + _DRIP
"""Times the income: how fast may be asked once ``catch_up`` is used, whatever is unspent."""


class _Share(NamedTuple):
    """All in parts of a request: the credit afterwards, what goes to the reserve, what comes from the released one."""

    credit: int
    put_by: int
    paid_out: int


class AskAccount:
    """Every text pays in ``rate``, every request costs one; all in whole parts of a request.

    Parameters
    ----------
    rate
        Requests per text.
    burst
        Requests that are there before any text has paid.
    carry
        How much unspent credit is kept, in requests; as much may be set aside, and as much reserved.
    catch_up
        How many requests unspent credit pays for at once; from then on it pays no faster than for three times the rate.
    reserve
        The share of the income that is put by while less than ``carry`` is; `release` pays it out at twice the rate.
    """

    def __init__(self, rate: Fraction, burst: int, carry: int, catch_up: int, reserve: Fraction) -> None:
        if burst < 0:
            raise ValueError(f"a burst is 0 requests or more, not {burst}")
        if carry < 1 or catch_up < 1:
            raise ValueError(f"at least one request must be carried, and caught up with, not {carry} and {catch_up}")
        self._one = lcm(rate.denominator, (rate * reserve).denominator)
        self._income, self._put_by = int(rate * self._one), int(rate * reserve * self._one)
        self._most = carry * self._one
        self._credit = burst * self._one
        self._aside = self._reserve = self._released = 0
        self._shares_income = bool(self._put_by)
        self._at_once = catch_up * self._one
        self._paid, self._ahead = 0, self._at_once + self._credit

    @property
    def overdrawn(self) -> int:
        """Requests beyond what was paid in."""
        return max(0, ceil(Fraction(-self._credit - self._aside, self._one)))

    @property
    def reserved(self) -> float:
        """Requests that are put by for a drift."""
        return self._reserve / self._one

    def affords_one(self, texts: int) -> bool:
        """Whether a request can be paid for, ``texts`` into the stream."""
        one = self._one
        return self._credit + self._aside >= one and (self._ahead >= one or self._ahead_after(texts) >= one)

    def outlook(self, texts: int) -> Sequence[float]:
        """The credit that the rule should spend, in requests, once each of the next ``texts`` texts has paid in.

        As far as it can be told at once: for one of them at least.
        """
        credit, income, one = self._credit, self._income, self._one
        if self._shares_income:
            return (self._share().credit / one,)
        last = credit + texts * income
        if income and last <= self._most:
            return [each / one for each in range(credit + income, last + 1, income)]
        return [max(credit, min(credit + text * income, self._most)) / one for text in range(1, texts + 1)]

    def earn(self, texts: int = 1) -> None:
        """So many more texts pay in. What goes beyond ``carry`` is lost, first of all what was set aside."""
        if self._shares_income:
            for _ in range(texts):
                self._share_income()
        else:
            self._credit = max(self._credit, min(self._credit + texts * self._income, self._most))
        if self._aside:
            self._aside = max(0, min(self._aside, self._most - self._credit))

    def pay_one(self, texts: int) -> None:
        """One request was asked, ``texts`` into the stream.

        The credit pays where it suffices: would what is aside, the credit would grow meanwhile, and urge the rule.
        """
        self._paid, self._ahead = texts, self._ahead_after(texts) - self._one
        from_aside = 0 if self._credit >= self._one else min(self._aside, self._one)
        self._aside -= from_aside
        self._credit -= self._one - from_aside

    def set_one_aside(self) -> None:
        """A request could have been paid for, but was not to be asked."""
        moved = min(self._credit, self._one)
        self._credit -= moved
        self._aside += moved

    def release(self) -> None:
        """Pay out the reserve from here on, and fill it anew."""
        self._released += self._reserve
        self._reserve = 0
        self._shares_income = bool(self._put_by or self._released)

    def _share(self) -> _Share:
        """What becomes of the next text's income where there is a reserve to fill, or to pay out."""
        put_by = max(0, min(self._put_by, self._most - self._reserve))
        credit = max(self._credit, min(self._credit + self._income - put_by, self._most))
        paid_out = min(self._released, _DRIP * self._income, max(0, self._most - credit))
        return _Share(credit + paid_out, put_by, paid_out)

    def _share_income(self) -> None:
        self._credit, put_by, paid_out = self._share()
        self._reserve += put_by
        self._released -= paid_out
        self._shares_income = bool(self._put_by or self._released)

    def _ahead_after(self, texts: int) -> int:
        """By how much asking may run ahead of its pace."""
        if self._ahead >= self._at_once:
            return self._ahead
        grown = self._ahead + _PACE * self._income * (texts - self._paid)
        return grown if grown < self._at_once else self._at_once

    def save(self) -> dict[str, str | int]:
        """All that is unspent, and the pace."""
        parts = {
            "credit": self._credit,
            "aside": self._aside,
            "reserve": self._reserve,
            "released": self._released,
            "ahead": self._ahead,
        }
        return {name: str(Fraction(value, self._one)) for name, value in parts.items()} | {"paid": self._paid}

    def restore(self, fields: Mapping[str, str | int]) -> None:
        """Go on from what `save` returned; with another rate, parts of a request are rounded down."""
        self._credit, self._aside, self._reserve, self._released = (
            floor(Fraction(fields.get(name, 0)) * self._one) for name in ("credit", "aside", "reserve", "released")
        )
        self._shares_income = bool(self._put_by or self._released)
        if "ahead" in fields:
            self._paid, self._ahead = int(fields["paid"]), floor(Fraction(fields["ahead"]) * self._one)
