"""A seed -> a small stream with all that breaks laws: refits, expiries, a wrapped window, a drift, late labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np

from stream import commands, exact
from stream.arrivals import Arrivals
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.drift import DETECTORS
from stream.drift.signals import SIGNALS, Signals
from stream.examples import Examples
from stream.knowledge import Knowledge
from stream.landmarks import Landmarks
from stream.learner import Learner
from stream.model import MODELS
from stream.model.committee import Committee
from stream.near_duplicates import NearDuplicates
from stream.parts import Parts
from stream.pending import Pending
from stream.records import ClassNames, Decision, Entry, Items, Label, Outcome, OutcomeKind, State
from stream.strategies import STRATEGIES
from stream.window import Window

TEXTS = 700
DRIFT_AT = 400
EVENT_EVERY = 35
"""Texts between two moments at which answers come, requests expire and refits are adopted."""
EXPIRE_SECONDS = 140.0
RENAMED_AT = 14 * EVENT_EVERY
_DIMENSION = 16
_CLASSES = 6
_NAMED = 3
_GIVEN_LABEL_EVERY = 53
_REPEATED_ID_EVERY = 41


@dataclass(frozen=True)
class Configuration:
    """Which registered parts, with which budget."""

    strategy: str = "typical_margin"
    model: str = "softmax_prototypes"
    rule: str = "window_quantile"
    detector: str = "adwin"
    budget: str = "0.1"
    names: bool = True
    noisy_labels: bool = False
    audit_share: str = "0.2"
    limited: bool = False
    """Whether limits hold, a reserve waits for a drift, the memory is full, and a class is renamed on the way."""


_HEADS = [(model, names) for model in sorted(MODELS) for names in (True, False)]


_RESCORING, _SLOW = {"expected_error_reduction", "query_synthesis", "ranking"}, {"river_gaussian_nb", "river_softmax"}
"""Strategies that predict whole windows anew, and models that take milliseconds for a text: together, minutes."""


def _mixed() -> list[Configuration]:
    """As many configurations as the longest table has parts; the shorter tables are gone through again and again."""
    tables = [sorted(table) for table in (STRATEGIES, RULES, DETECTORS)]
    found = []
    for row in range(max(len(_HEADS), *map(len, tables))):
        strategy, rule, detector = (table[row % len(table)] for table in tables)
        model, names = _HEADS[row % len(_HEADS)]
        model = "softmax_prototypes" if strategy in _RESCORING and model in _SLOW else model
        budget, limited = ("0.1", "0.1", "0.3")[row % 3], row % 2 == 1
        found.append(Configuration(strategy, model, rule, detector, budget, names, limited=limited))
    return found


LIMITED = Configuration(detector="hddm_w", limited=True)
"""With a detector that gives an alarm in so short a stream."""
ALL = [Configuration(), Configuration(budget="0.9", noisy_labels=True), LIMITED, *_mixed()]
"""The default parts, then every registered part at least once; one by one beside the default ones takes twice as long.
"""
RESTARTED = [
    Configuration(budget="0.03", audit_share="0.5"),
    Configuration(budget="0.3", audit_share="1"),
    Configuration(budget="0.2", audit_share="0", limited=True),
]
"""What an operator may have set otherwise before a restart: rates, shares, limits, a reserve and the memory."""


def pairs(strategy: str) -> list[Configuration]:
    """A strategy with every rule and every model; over all strategies, every rule with every model as well."""
    rules, first = sorted(RULES), sorted(STRATEGIES).index(strategy)
    return [
        Configuration(strategy, model, rules[row % len(rules)], budget="0.1", names=names)
        for row in range(max(len(rules), len(_HEADS)))
        for model, names in [_HEADS[(first + row) % len(_HEADS)]]
    ]


_LIMITS: dict[str, Any] = {
    "drift_reserve": "0.3",
    "source_share": "0.3",
    "per_hour": 40,
    "max_queue_seconds": 130.0,
}


def new_learner(configuration: Configuration) -> Learner:
    """A learner with small windows, so that a short stream wraps them."""
    detector, strategy = DETECTORS[configuration.detector], STRATEGIES[configuration.strategy]
    committee = Committee() if strategy.uses_committee else None
    limits = _LIMITS if configuration.limited else {}
    return Learner(
        Parts(
            knowledge=Knowledge(
                MODELS[configuration.model](),
                Examples(keep=25 if configuration.limited else 1_000),
                committee,
                configuration.noisy_labels,
            ),
            strategy=strategy(),
            strategy_name=configuration.strategy,
            budget=Budget(
                RULES[configuration.rule], configuration.budget, configuration.audit_share, max_open=20, **limits
            ),
            signals=Signals({signal: detector(delta=0.5, numbers_per_value=32) for signal in SIGNALS}),
            arrivals=Arrivals(remember_ids=300),
            pending=Pending(EXPIRE_SECONDS),
            landmarks=Landmarks(keep=10, sketched=strategy.uses_sketches),
            near_duplicates=NearDuplicates(same=0.5),
            window=Window(550),
        )
    )


@dataclass
class Diary:
    """All that a learner said."""

    decisions: list[Decision] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    refits: int = 0


class World:
    """A stream drawn from a seed, and reviewers who answer late, never, twice, wrongly or by mistake."""

    def __init__(self, seed: int, configuration: Configuration) -> None:
        rng = np.random.default_rng(seed)
        self.configuration = configuration
        self._centres = exact.unit(rng.normal(size=(_CLASSES, _DIMENSION)))
        self._truth = [
            int(rng.integers(0, _CLASSES - 2) if row < DRIFT_AT else rng.integers(2, _CLASSES)) for row in range(TEXTS)
        ]
        self._embeddings = exact.unit(self._centres[self._truth] + rng.normal(0, 0.35, (TEXTS, _DIMENSION)))
        self._delays = rng.integers(1, 4 * EVENT_EVERY, TEXTS)
        self._manners = rng.choice(["once", "never", "twice", "corrects", "contradicts", "skips"], TEXTS)

    def start(self, learner: Learner) -> None:
        """Name half of the classes, where the configuration says so."""
        if self.configuration.names:
            names = tuple(f"class {label}" for label in range(_NAMED))
            learner.name(ClassNames(names, self._centres[:_NAMED], "digest"))

    def items(self, start: int, end: int) -> Items:
        """Texts start to end; some bring their label, some repeat an earlier id."""
        rows = range(start, end)
        origins = [f"cluster/topic/0/{row}" for row in rows]
        return Items(
            origins=origins,
            ids=[f"name {row % 3}" if row % _REPEATED_ID_EVERY == 0 else origins[row - start] for row in rows],
            texts=[f"text {row}" for row in rows],
            embeddings=self._embeddings[start:end],
            labels=[f"class {self._truth[row]}" if row % _GIVEN_LABEL_EVERY == 0 else None for row in rows],
            sources=["chat" if row % 4 else "mail" for row in rows],
            covered={"cluster/topic/0": (start, end)},
        )

    def answers(self, diary: Diary, end: int) -> list[Label]:
        """What reviewers say in the ``EVENT_EVERY`` texts before ``end``, about requests that were made before."""
        labels: list[Label] = []
        for decision in diary.decisions:
            row = int(decision.origin.rsplit("/", 1)[1])
            due = row + int(self._delays[row])
            if decision.verdict != "SKIP" and end - EVENT_EVERY < due <= end:
                labels += self._say(row, request_id_of(decision), 10 * row)
        return labels

    def _say(self, row: int, request_id: str, offset: int) -> list[Label]:
        right, other = f"class {self._truth[row]}", f"class {(self._truth[row] + 1) % _CLASSES}"
        first = Label(request_id, right, "ann", offset)
        match self._manners[row]:
            case "never":
                return [Label("f" * 32, right, "ann", offset)]
            case "twice":
                return [first, first._replace(offset=offset + 1), first._replace(reviewer="bob", offset=offset + 2)]
            case "corrects":
                return [first, Label(request_id, other, "ann", offset + 1, corrects=True)]
            case "contradicts":
                return [first, Label(request_id, other, "ann", offset + 1)]
            case "skips":
                return [first._replace(label=None)]
            case _:
                return [first]


def request_id_of(decision: Decision) -> str:
    """The id of the request that a decision made."""
    return sha256(decision.origin.encode()).hexdigest()[:32]


def drive(
    world: World, learner: Learner, batch_texts: int, start: int = 0, diary: Diary | None = None, end: int = TEXTS
) -> Diary:
    """Let the stream pass from ``start`` to ``end`` in batches of this size; a text takes one second."""
    diary = diary or Diary()
    for event in range(start + EVENT_EVERY, end + 1, EVENT_EVERY):
        for first in range(event - EVENT_EVERY, event, batch_texts):
            items = world.items(first, min(first + batch_texts, event))
            diary.decisions += learner.observe(items, float(event)).decisions
        happen(world, learner, diary, event)
    return diary


def happen(world: World, learner: Learner, diary: Diary, event: int) -> None:
    """Answers come, requests expire, a class is renamed, a refit that is due is adopted."""
    diary.outcomes += learner.learn(world.answers(diary, event), float(event)).outcomes
    diary.expired += learner.tick(float(event))
    known = learner.parts.knowledge.model.classes
    if world.configuration.limited and event == RENAMED_AT and "class 3" in known and "class 7" not in known:
        commands.rename(learner, "class 3", "class 7")
    if learner.job is not None:
        learner.adopt(learner.job.run())
        diary.refits += 1


def save(learner: Learner, state: State) -> None:
    """Write what changed into the state."""
    for key, entry in learner.changes().items():
        if entry is None:
            state.pop(key, None)
        else:
            state[key] = Entry(dict(entry.fields), {name: array.copy() for name, array in entry.arrays.items()})


def kinds(outcomes: Sequence[Outcome]) -> set[OutcomeKind]:
    """Which outcomes there were."""
    return {outcome.outcome for outcome in outcomes}
