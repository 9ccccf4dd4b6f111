"""Utility -> verdict: keeps the two accounts, for asking and for auditing, of which neither is ever overdrawn.

All credit is counted in whole parts of a request, so that no rounding ever buys one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

from stream.budget.ask_account import AskAccount
from stream.budget.audit_account import AuditAccount
from stream.budget.base import BudgetRule, Proposal
from stream.budget.limits import share_limits
from stream.budget.reviewer_capacity import ReviewerCapacity
from stream.budget.source_shares import SourceShares
from stream.columns import Columns
from stream.keyed import draw, fork
from stream.records import Entry, Reason, Verdict

_RULE = "rule/"
_LIMITS = "limits/"
_CAPACITY = "capacity/"
_TOGETHER = 32
"""Texts that the rule looks at in one go: of so many one or two are asked about."""


class Ruling(NamedTuple):
    """What was decided about one text; ``probability`` is that of any request being issued for it."""

    verdict: Verdict
    reason: Reason
    probability: float
    threshold: float


class Rulings(Columns[Ruling]):
    """What was decided about texts in a row."""

    __slots__ = ()
    of, fields = Ruling, Ruling._fields

    def skip(self, thresholds: Sequence[float], probability: float) -> None:
        """Texts below these thresholds, each with this probability of being audited."""
        texts, (verdicts, reasons, probabilities, own) = len(thresholds), self.columns
        verdicts += [Verdict.SKIP] * texts
        reasons += [Reason.BELOW_THRESHOLD] * texts
        probabilities += [probability] * texts
        own += thresholds


class _Run(NamedTuple):
    """What holds for all texts of a run: why none may be asked about or audited, and whom else to ask."""

    now: float
    ask_refusal: Reason | None
    audit_refusal: Reason | None
    sources: Sequence[str] | None
    refuses: Callable[[int], bool] | None


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
    catch_up
        How many requests unspent credit pays for at once, such as after a quiet period; from then on asking goes on no
        faster than three times the rate of the texts.
    drift_reserve
        The share of the income for asking that is put by, up to ``carry`` requests, until `drifted` releases it.
    per_hour, per_day
        Most requests in any hour and any day (sliding); None: no limit.
    max_open
        Most open requests.
    max_queue_seconds
        Once the queue is older, no more is asked in an hour than was answered in it; None: no limit.
    source_share
        The most that one source of texts may take of the requests that are asked, after a grace of 10; 1: no limit.
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
        catch_up: int = 10,
        drift_reserve: Fraction | str = "0",
        per_hour: int | None = None,
        per_day: int | None = None,
        max_open: int = 10_000,
        max_queue_seconds: float | None = None,
        source_share: Fraction | str = "1",
        seed: int = 0,
    ) -> None:
        self.fraction, share = _share("budget", fraction), _share("audit share", audit_share)
        self._audits = AuditAccount(self.fraction * share, fork(seed, "budget/audits"))
        ask_rate = self.fraction - self._audits.rate if share < 1 else Fraction(0)
        self._asks = AskAccount(ask_rate, burst, carry, catch_up, _share("drift reserve", drift_reserve))
        self._rule = rule(float(ask_rate))
        self._rule_name = type(self._rule).__name__
        self._limits = share_limits(share, per_hour, per_day, max_open)
        self._reviewers = ReviewerCapacity(max_queue_seconds)
        self._sources = SourceShares(_share("share of a source", source_share))
        self._seed = fork(seed, "budget/asks")
        self.seen = 0
        self.asked = 0
        self.drifted_at: float | None = None
        """When the reserve was last released."""

    @property
    def overdrawn(self) -> int:
        """Requests beyond what the texts paid for: 0, or a guard is broken."""
        return self._asks.overdrawn

    @property
    def reserved(self) -> float:
        """Requests that are put by for a drift."""
        return self._asks.reserved

    def drifted(self, now: float) -> None:
        """A drift is signalled at ``now``: pay the reserve out, at twice the rate, beside the income."""
        self.drifted_at = now
        self._asks.release()

    def answered(self, now: float) -> None:
        """A reviewer answered a request, or skipped it."""
        self._reviewers.answer(now)

    def decide(self, utility: float, now: float, open_requests: int, source: str = "") -> Ruling:
        """Decide about the next text: ``utility`` in [0, 1], ``now`` in seconds and never falling.

        Raises ValueError where the utility is not in [0, 1].
        """
        (ruling,) = self.decide_run([utility], now, open_requests, [source])
        return ruling

    def decide_run(
        self,
        utilities: Sequence[float],
        now: float,
        open_requests: int,
        sources: Sequence[str] | None = None,
        refuses: Callable[[int], bool] | None = None,
        rulings: Rulings | None = None,
    ) -> Rulings:
        """Decide as `decide` does about the next texts, up to and including the first that is asked about or audited.

        Nothing before it changes what may be asked: so it costs a third of deciding about each of them singly.
        ``refuses`` says of a text that could be asked about, by its place in ``utilities``, whether an open request is
        too near to it: then only an audit may ask about it. It is not charged, and its credit is set aside. Where there
        are ``rulings`` on the first of the texts already, those on the following ones are added.
        """
        rulings = Rulings() if rulings is None else rulings
        row = len(rulings)
        ask_refusal = self._limits.asks.refusal(now, open_requests) or self._reviewers.refusal(now, open_requests)
        audit_refusal = self._limits.audits.refusal(now, open_requests)
        run = _Run(now, ask_refusal, audit_refusal, sources, refuses)
        while row < len(utilities):
            audit_due = self._audits.due(self.seen)
            end = min(len(utilities), row + _TOGETHER, row + self._audits.unchanged(self.seen))
            if sources and self._sources.limited:
                end = row + self._sources.free(sources[row:end])
            if end > row:
                outlook = self._asks.outlook(end - row)
                thresholds, proposal = self._rule.propose_run(_checked(utilities[row:end]), outlook)
            else:  # of a source that has its share: the rule does not see it, it would raise the bound for all others
                thresholds, proposal = [], Proposal(0.0, 1.0)
            if audit_due:
                proposal = proposal or Proposal(0.0, thresholds.pop())
            texts = len(thresholds) + (proposal is not None)
            self._asks.earn(texts)
            self.seen += texts
            row += texts
            if thresholds:
                rulings.skip(thresholds, 0.0 if audit_refusal else self._audits.chance)
            if proposal is not None:
                ruling = self._rule_on(proposal, audit_due, row - 1, run)
                rulings.append(ruling)
                if ruling.verdict is not Verdict.SKIP:
                    break
        return rulings

    def _rule_on(self, proposal: Proposal, audit_due: bool, row: int, run: _Run) -> Ruling:
        """Decide about a text that is to be audited, or that the rule would ask about."""
        source = run.sources[row] if run.sources else ""
        by_source = self._sources.refusal(source)
        audit_probability = 0.0 if run.audit_refusal else self._audits.chance
        refusal = run.ask_refusal if self._asks.affords_one(self.seen) else Reason.OUT_OF_BUDGET
        if refusal is None and proposal.probability and run.refuses is not None and run.refuses(row):
            refusal = Reason.NEAR_OPEN_REQUEST
        asked = 0.0 if refusal else (1.0 - audit_probability) * proposal.probability
        if audit_due:
            verdict, reason = self._audit(run)
        elif not self._drawn(proposal.probability):
            verdict, reason = Verdict.SKIP, by_source or Reason.BELOW_THRESHOLD
        else:
            verdict, reason = self._ask(refusal, source, run.now)
        return Ruling(verdict, reason, audit_probability + asked, proposal.threshold)

    def _drawn(self, probability: float) -> bool:
        return probability == 1.0 or draw(self._seed, self.seen - 1) < probability

    def _audit(self, run: _Run) -> tuple[Verdict, Reason]:
        if run.audit_refusal:
            return Verdict.SKIP, run.audit_refusal
        self.asked += 1
        self._limits.audits.count(run.now)
        self._reviewers.issue(run.now)
        return Verdict.AUDIT, Reason.AUDIT

    def _ask(self, refusal: Reason | None, source: str, now: float) -> tuple[Verdict, Reason]:
        if refusal:
            if refusal is not Reason.OUT_OF_BUDGET:
                self._asks.set_one_aside()
            return Verdict.SKIP, refusal
        self.asked += 1
        self._asks.pay_one(self.seen)
        self._limits.asks.count(now)
        self._reviewers.issue(now)
        self._sources.count(source)
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
            "rule_name": self._rule_name,
            "sources": self._sources.save(),
            "drifted_at": self.drifted_at,
        }
        parts = {_RULE: rule.arrays, _LIMITS: self._limits.asks.save(), _CAPACITY: self._reviewers.save()}
        return Entry(fields, {prefix + name: array for prefix, part in parts.items() for name, array in part.items()})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; where the settings changed since, they hold from here on."""
        fields = entry.fields
        self.seen, self.asked = fields["seen"], fields["asked"]
        self._asks.restore(fields["asks"])
        self._audits.restore(fields["audits"], self.seen)
        if fields.get("rule_name", self._rule_name) == self._rule_name:  # what one rule kept says nothing to another
            self._rule.restore(Entry(fields["rule"], _below(_RULE, entry.arrays)))
        self._limits.asks.restore(_below(_LIMITS, entry.arrays))
        self._reviewers.restore(_below(_CAPACITY, entry.arrays))
        self._sources.restore(fields.get("sources", {}))
        self.drifted_at = fields.get("drifted_at")


def _checked(utilities: Sequence[float]) -> Sequence[float]:
    """Utilities, of which there is one at least. Raises ValueError where one is not in [0, 1]."""
    if not (isfinite(sum(utilities)) and min(utilities) >= 0.0 and max(utilities) <= 1.0):
        wrong = next(utility for utility in utilities if not 0.0 <= utility <= 1.0)
        raise ValueError(f"a utility is from 0 to 1, not {wrong}")
    return utilities


def _share(name: str, value: Fraction | str) -> Fraction:
    share = Fraction(str(value))
    if not 0 <= share <= 1:
        raise ValueError(f"the {name} is from 0 to 1, not {value}")
    return share


def _below(prefix: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
