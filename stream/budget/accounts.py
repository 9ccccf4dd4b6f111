"""Utility -> verdict: keeps the two accounts, for asking and for auditing, of which neither is ever overdrawn.

All credit is counted in whole parts of a request, so that no rounding ever buys one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from stream.budget.base import BudgetRule, Proposal
from stream.budget.limits import share_limits
from stream.keyed import draw, fork
from stream.records import Entry, Reason, Verdict

_RULE = "rule/"
_LIMITS = "limits/"


def _never(place: int) -> bool:  # noqa: ARG001
    return False


class Ruling(NamedTuple):
    """What was decided about one text; ``probability`` is that of any request being issued for it."""

    verdict: Verdict
    reason: Reason
    probability: float
    threshold: float


class Budget:
    """Decides about each text, and accounts for it in the same call.

    Parameters
    ----------
    rule
        Builds the rule from the share of texts that it may ask about, such as an entry of `stream.budget.RULES`.
    fraction
        Requests per text, from 0 to 1: a fraction or its decimal string, exact.
    audit_share
        The share of the budget, and of every limit, that belongs to audits: from 0 to 1. The stream is cut into blocks
        of ceil(1 / (fraction * audit_share)) texts; each but the first has one audit, at a place drawn at random, paid
        for by the block before. Whatever rounding the blocks up leaves over is asked with, unless the share is 1.
    burst
        Requests that may be asked before any text has paid for them.
    carry
        How much unspent credit for asking is kept, in requests. Credit that a limit kept from being spent is set aside
        meanwhile: it pays for the next requests, but does not urge the rule to spend it on whatever comes first.
    per_hour, per_day
        Most requests in any hour and any day (sliding); None: no limit.
    max_open
        Most open requests.
    seed
        Draws are keyed by this and the text's place in the stream; none has a state.

    An audit that a limit blocks is lost. Requests count when issued (``asked``; ``seen`` counts the texts); whatever
    becomes of them refunds nothing.
    """

    def __init__(
        self,
        rule: Callable[[float], BudgetRule],
        fraction: Fraction | str,
        audit_share: Fraction | str = "0.1",
        *,
        burst: int = 0,
        carry: int = 50,
        per_hour: int | None = None,
        per_day: int | None = None,
        max_open: int = 10_000,
        seed: int = 0,
    ) -> None:
        self.fraction, share = _share("budget", fraction), _share("audit share", audit_share)
        self._audits = _AuditAccount(self.fraction * share, fork(seed, "budget/audits"))
        ask_rate = self.fraction - self._audits.rate if share < 1 else Fraction(0)
        self._asks = _AskAccount(ask_rate, burst, carry)
        self._rule = rule(float(ask_rate))
        self._limits = share_limits(share, per_hour, per_day, max_open)
        self._seed = fork(seed, "budget/asks")
        self.seen = 0
        self.asked = 0

    @property
    def overdrawn(self) -> int:
        """Requests beyond what the texts paid for: 0, or a guard is broken."""
        return self._asks.overdrawn

    def decide(self, utility: float, now: float, open_requests: int) -> Ruling:
        """Decide about the next text: ``utility`` in [0, 1], ``now`` in seconds and never falling.

        Raises ValueError where the utility is not in [0, 1].
        """
        (ruling,) = self.decide_run([utility], now, open_requests)
        return ruling

    def decide_run(
        self, utilities: Sequence[float], now: float, open_requests: int, near: Callable[[int], bool] = _never
    ) -> list[Ruling]:
        """Decide as `decide` does about the next texts, up to and including the first that is asked about or audited.

        Nothing before it changes what may be asked: so it costs half as much as deciding about each of them singly.
        ``near`` says whether the text at this place of the run is like that of an open request, which only an audit may
        ask about again. It is called for the few that might be asked.
        """
        ask_refusal, audit_refusal = (limits.refusal(now, open_requests) for limits in self._limits)
        earn, due, propose = self._asks.earn, self._audits.due, self._rule.propose
        rulings: list[Ruling] = []
        for place, utility in enumerate(utilities):
            if not 0.0 <= utility <= 1.0:
                raise ValueError(f"a utility is from 0 to 1, not {utility}")
            audit_due = due(self.seen)
            proposal = propose(utility, earn())
            self.seen += 1
            audit_probability = 0.0 if audit_refusal else self._audits.chance
            if not audit_due and not proposal.probability:
                rulings.append(Ruling(Verdict.SKIP, Reason.BELOW_THRESHOLD, audit_probability, proposal.threshold))
                continue
            refusal = Reason.OUT_OF_BUDGET if not self._asks.affords_one else ask_refusal
            if refusal is None and proposal.probability and near(place):
                refusal = Reason.NEAR_OPEN_REQUEST
            asked = 0.0 if refusal else (1.0 - audit_probability) * proposal.probability
            verdict, reason = self._audit(audit_refusal, now) if audit_due else self._draw(proposal, refusal, now)
            rulings.append(Ruling(verdict, reason, audit_probability + asked, proposal.threshold))
            if verdict is not Verdict.SKIP:
                break
        return rulings

    def _draw(self, proposal: Proposal, refusal: Reason | None, now: float) -> tuple[Verdict, Reason]:
        probability = proposal.probability
        if probability == 1.0 or draw(self._seed, self.seen - 1) < probability:
            return self._ask(refusal, now)
        return Verdict.SKIP, Reason.BELOW_THRESHOLD

    def _audit(self, refusal: Reason | None, now: float) -> tuple[Verdict, Reason]:
        if refusal:
            return Verdict.SKIP, refusal
        self.asked += 1
        self._limits.audits.count(now)
        return Verdict.AUDIT, Reason.AUDIT

    def _ask(self, refusal: Reason | None, now: float) -> tuple[Verdict, Reason]:
        if refusal:
            if refusal in (Reason.RATE_LIMIT, Reason.QUEUE_FULL):
                self._asks.set_one_aside()
            return Verdict.SKIP, refusal
        self.asked += 1
        self._asks.pay_one()
        self._limits.asks.count(now)
        return Verdict.ASK, Reason.UNCERTAIN

    def save(self) -> Entry:
        """Both accounts, the rule and the last requests' times."""
        rule = self._rule.save()
        fields = {
            "seen": self.seen,
            "asked": self.asked,
            "asks": self._asks.save(),
            "audits": self._audits.save(),
            "rule": dict(rule.fields),
        }
        arrays = {_RULE + name: array for name, array in rule.arrays.items()}
        return Entry(fields, arrays | {_LIMITS + name: times for name, times in self._limits.asks.save().items()})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; where the settings changed since, they hold from here on."""
        fields = entry.fields
        self.seen, self.asked = fields["seen"], fields["asked"]
        self._asks.restore(fields["asks"])
        self._audits.restore(fields["audits"], self.seen)
        self._rule.restore(Entry(fields["rule"], _below(_RULE, entry.arrays)))
        self._limits.asks.restore(_below(_LIMITS, entry.arrays))


class _AskAccount:
    """Every text pays in ``rate``, every request costs one; all in whole parts of 1 / the rate's denominator."""

    def __init__(self, rate: Fraction, burst: int, carry: int) -> None:
        if burst < 0:
            raise ValueError(f"a burst is 0 requests or more, not {burst}")
        if carry < 1:
            raise ValueError(f"at least one request must be carried, not {carry}")
        self._income, self._one = rate.numerator, rate.denominator
        self._most = carry * self._one
        self._credit = burst * self._one
        self._aside = 0

    @property
    def affords_one(self) -> bool:
        return self._credit + self._aside >= self._one

    @property
    def overdrawn(self) -> int:
        return max(0, ceil(Fraction(-self._credit - self._aside, self._one)))

    def earn(self) -> float:
        """One more text pays in; returns the credit that the rule should spend, in requests.

        What goes beyond ``carry`` is lost, first of all what was set aside.
        """
        credit = self._credit
        if credit < self._most:
            credit += self._income
            self._credit = credit = credit if credit < self._most else self._most
        if self._aside:
            self._aside = max(0, min(self._aside, self._most - credit))
        return credit / self._one

    def pay_one(self) -> None:
        from_aside = min(self._aside, self._one)
        self._aside -= from_aside
        self._credit -= self._one - from_aside

    def set_one_aside(self) -> None:
        moved = min(self._credit, self._one)
        self._credit -= moved
        self._aside += moved

    def save(self) -> dict[str, str]:
        return {"credit": str(Fraction(self._credit, self._one)), "aside": str(Fraction(self._aside, self._one))}

    def restore(self, fields: Mapping[str, str]) -> None:
        self._credit = floor(Fraction(fields["credit"]) * self._one)
        self._aside = floor(Fraction(fields["aside"]) * self._one)


class _AuditAccount:
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

    def save(self) -> dict[str, int]:
        return {"length": self._length, "block": self._block, "end": self._end, "place": self._place}

    def restore(self, fields: Mapping[str, int], position: int) -> None:
        self._block = fields["block"]
        if fields["length"] == self._length:
            self._end, self._place = fields["end"], fields["place"]
        else:
            self._end, self._place = position + self._length if self._length else -1, -1
        self.chance = 1.0 / self._length if self._place >= 0 else 0.0


def _share(name: str, value: Fraction | str) -> Fraction:
    share = Fraction(str(value))
    if not 0 <= share <= 1:
        raise ValueError(f"the {name} is from 0 to 1, not {value}")
    return share


def _below(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
