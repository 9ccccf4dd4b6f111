"""Several strategies and audit answers -> utility: follows the strategy that best tells what the model gets wrong."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from stream import keyed
from stream.records import Doubles, Entry
from stream.strategies.base import Strategy, View
from stream.strategies.margin import Margin
from stream.strategies.novelty import Novelty
from stream.strategies.random import Random
from stream.strategies.ranks import Ranks
from stream.strategies.typical_margin import TypicalMargin

_WINDOW = 250
_TURN_TEXTS = 50
_AUDITS_KEPT = 1_000
_PRIOR = {"typical_margin": 2.0}
"""Ahead of the others at first, as a logarithm: the best in what was measured."""


class Adaptive(Strategy):
    """Moves between strategies, the arms, as labels come in; each of every 50 texts is ranked by one of them.

    Which one is drawn, keyed by the texts' place, with weights that the answers to audits decide: audited texts are
    drawn uniformly, so they say of every arm, not only of the one in turn, whether what the model gets wrong had a
    higher rank than what it gets right. An arm's gain is (rank - 1/2) * (wrong - share wrong so far), whose mean is
    their covariance; its weight grows as exp(``rate`` * the sum of its gains), which forget by the factor ``keep`` with
    each answer, since a model that has learned makes old judgements stale. Random, whose gain is 0, keeps the share
    ``floor`` whatever the others gain.

    Hedge with full information (Freund and Schapire, 1997) under a floor as in EXP4.P (Beygelzimer et al., 2011). COMB
    (Baram, El-Yaniv, Luz, 2004) and ALBL (Hsu and Lin, 2015) do the same for pools, judging by what they asked about,
    which has to be reweighted. ``arms`` must keep nothing from one block to the next.
    """

    def __init__(
        self,
        seed: int = 0,
        arms: Mapping[str, Strategy] | None = None,
        rate: float = 4.0,
        keep: float = 0.98,
        floor: float = 0.1,
    ) -> None:
        if not (rate >= 0 and 0 <= keep <= 1 and 0 <= floor <= 1):
            raise ValueError(f"rate is 0 or more, keep and floor are from 0 to 1, not {rate}, {keep} and {floor}")
        self._seed = keyed.fork(seed, "strategy/adaptive")
        others = arms or {"margin": Margin(), "typical_margin": TypicalMargin(), "novelty": Novelty()}
        self._arms: dict[str, Strategy] = {"random": Random(seed), **others}
        self._rate, self._keep, self._floor = rate, keep, floor
        self._prior = np.array([_PRIOR.get(name, 0.0) for name in self._arms])
        self._gains: Doubles = np.zeros(len(self._arms))
        self._wrong, self._right = 1.0, 1.0
        self._audits: OrderedDict[str, Doubles] = OrderedDict()
        self._scores: Doubles = np.zeros((len(self._arms), 0))
        self._ranks = Ranks(len(self._arms), _WINDOW)
        self._turns = np.zeros(0, np.intp)

    @property
    def weights(self) -> dict[str, float]:
        """How likely each arm is to be drawn, by name; their sum is 1."""
        logarithms = self._prior + self._rate * self._gains
        shares = np.exp(logarithms - logarithms.max())
        shares *= (1.0 - self._floor) / shares.sum()
        shares[0] += self._floor
        return dict(zip(self._arms, shares.tolist(), strict=True))

    def score(self, view: View) -> Doubles:
        """The ranks that the arms in turn give, (n,) in [0, 1]."""
        self._scores = np.stack([arm.score(view) for arm in self._arms.values()])
        self._ranks.pass_by(self._scores)
        drawn = keyed.uniform(self._seed, view.positions // _TURN_TEXTS)
        ends = np.cumsum(list(self.weights.values()))
        self._turns = np.searchsorted(ends, drawn, side="right").clip(0, len(self._arms) - 1)
        return self._utility(0)

    def asked(self, view: View, row: int, utility: Doubles) -> None:
        """Every arm lowers its own scores of the texts behind."""
        for arm, scores in zip(self._arms.values(), self._scores, strict=True):
            arm.asked(view, row, scores)
        utility[row + 1 :] = self._utility(row + 1)

    def _utility(self, start: int) -> Doubles:
        ranks, turns = self._ranks.of(start), self._turns[start:]
        chosen: Doubles = ranks[turns, np.arange(len(turns))]
        return chosen

    def audited(self, view: View, row: int, request_id: str) -> None:  # noqa: ARG002  `score` kept what is needed
        """Remember what every arm thought of the text; of the last 1,000 audits, as some are never answered."""
        self._audits[request_id] = self._ranks.of(row)[:, 0]
        if len(self._audits) > _AUDITS_KEPT:
            self._audits.popitem(last=False)

    def answered(self, request_id: str, correct: bool) -> None:
        """Judge every arm."""
        ranks = self._audits.pop(request_id, None)
        if ranks is None:
            return
        surprise = (not correct) - self._wrong / (self._wrong + self._right)
        gains = (ranks - 0.5) * surprise
        gains[0] = 0.0
        self._gains = self._keep * self._gains + gains
        self._wrong = self._keep * self._wrong + (not correct)
        self._right = self._keep * self._right + correct

    def save(self) -> Entry:
        """Gains, the audits that wait for their answers, and what the last texts were given by each arm."""
        fields = {"arms": list(self._arms), "wrong": self._wrong, "right": self._right, "audits": list(self._audits)}
        waiting = np.array(list(self._audits.values())).reshape(-1, len(self._arms))
        return Entry(fields, {"gains": self._gains, "audits": waiting, "scores": self._ranks.last})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned; other arms than then begin anew."""
        fields, arrays = entry
        if fields["arms"] != list(self._arms):
            return
        self._wrong, self._right, self._gains = fields["wrong"], fields["right"], arrays["gains"]
        self._audits = OrderedDict(zip(fields["audits"], arrays["audits"], strict=True))
        self._ranks.restore(arrays["scores"])
