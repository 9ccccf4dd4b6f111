"""Utilities of five kinds -> the share of the budget that each rule uses, and what it costs to decide about a text.

What a rule leaves unspent is lost labels; what it spends at once is lost choice. Nothing can be overspent.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.figures import Figure, say
from stream.budget import RULES
from stream.budget.accounts import Budget

TEXTS = 10_000
SEEDS = (0, 1, 2)
FRACTIONS = ("0.01", "0.05", "0.2")
BLOCK = 256
_BURST = 100


class Moment(NamedTuple):
    """What the next utility may depend on: the texts so far, their share of the stream, the unspent requests."""

    rng: random.Random
    texts: int
    done: float
    unspent: float

    def between(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)


KINDS: dict[str, Callable[[Moment], float]] = {
    "uniform": lambda at: at.rng.random(),
    "constant": lambda at: 0.5,  # noqa: ARG005  it depends on nothing
    "fading": lambda at: at.rng.random() / (1 + 10 * at.done),
    "bursty": lambda at: at.between(0.8, 1.0) if at.texts // _BURST % 10 == 9 else at.between(0.0, 0.2),
    "adversarial": lambda at: at.between(0.9, 1.0) if at.unspent < 1 else at.between(0.0, 0.1),
}
"""The last one is high exactly while nothing can be asked."""


def used(rule: str, fraction: str, kind: str, seed: int, texts: int = TEXTS) -> float:
    """The share of the requests that the budget allowed for."""
    budget, rng, allowed = Budget(RULES[rule], fraction, seed=seed), random.Random(seed), float(fraction)
    for text in range(texts):
        moment = Moment(rng, text, text / texts, allowed * (text + 1) - budget.asked)
        budget.decide(KINDS[kind](moment), 0.0, 0)
    return budget.asked / (allowed * texts)


def nanoseconds(rule: str, seed: int) -> float:
    """The processor time that it takes to decide about a text, in runs of a block, as the learner does."""
    rng = random.Random(seed)
    utilities, budget, row = [rng.random() for _ in range(TEXTS)], Budget(RULES[rule], "0.05", seed=seed), 0
    begin = time.process_time()
    while row < TEXTS:
        row += len(budget.decide_run(utilities[row : (row // BLOCK + 1) * BLOCK], 0.0, 0))
    return (time.process_time() - begin) / TEXTS * 1e9


def main() -> None:
    """Measure every rule."""
    figures = [
        Figure(f"{rule}, {kind}, {fraction}", "of the budget", [used(rule, fraction, kind, seed) for seed in SEEDS])
        for rule in RULES
        for kind in KINDS
        for fraction in FRACTIONS
    ]
    figures += [Figure(rule, "ns a text", [nanoseconds(rule, seed) for seed in SEEDS]) for rule in RULES]
    say(figures, {"texts": TEXTS, "seeds": SEEDS, "audit_share": "0.1", "ns_measured_at": "0.05"})


if __name__ == "__main__":
    main()
