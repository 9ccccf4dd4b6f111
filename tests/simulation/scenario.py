"""A seed -> what is simulated: settings, traffic, and which faults come how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from services.edges import topics
from services.edges.journal.simulated_broker import Broker
from stream import exact
from stream.records import ClassNames, Floats

ENCODER = "simulated:1"
OTHER_ENCODER = "simulated:2"
NOON = 1_738_324_800.0
PARTITIONS = 2
_IDENTITY = Broker(lambda: 0.0).identity(topics.TEXTS)


class Fault(StrEnum):
    """What may happen to a request on its way to the broker and back."""

    KILL_BEFORE = "killed before"
    KILL_AFTER = "killed after"
    PAUSE_BEFORE = "paused before"
    PAUSE_AFTER = "paused after"
    LOST = "lost"
    REPLY_LOST = "reply lost"
    LATE = "late"


@dataclass(frozen=True)
class Text:
    """One offset of a source partition; what is not ``readable`` was set aside by the intake, and has no row."""

    origin: str
    id: str
    text: str
    kind: int
    embedding: Floats
    label: str | None
    readable: bool


@dataclass(frozen=True)
class Scenario:
    """All that is decided before a run begins; rates are per request or turn.

    ``switching`` is how often another process goes on at a request, ``lazy_rate`` how often markers wait to be written,
    ``marker_rate`` how often one is.
    """

    texts: list[list[Text]]
    foreign: list[range]
    """Of each source partition, the offsets that another encoder embedded."""
    names: ClassNames | None
    settings: dict[str, Any]
    faults: list[Fault]
    fault_rate: float
    switching: float
    learners: int
    healed_after: float
    poison_rate: float
    clock_jump_rate: float
    lazy_rate: float
    marker_rate: float
    compaction_rate: float

    @property
    def dimension(self) -> int:
        return len(self.texts[0][0].embedding)

    @property
    def budget(self) -> Fraction:
        return Fraction(str(self.settings["budget.fraction"]))

    @property
    def burst(self) -> int:
        return int(self.settings["budget.burst"])


def class_name(kind: int) -> str:
    return f"class {kind}"


def scenario(seed: int) -> Scenario:
    """The scenario of a seed: each takes some of the faults only, some of them often."""
    rng, numbers = Random(seed), np.random.default_rng(seed)
    kinds = rng.randint(3, 5)
    centres = exact.unit(numbers.normal(size=(kinds, rng.choice([8, 12, 16]))))
    texts = [_texts(rng, numbers, centres, partition, rng.randint(40, 100)) for partition in range(PARTITIONS)]
    names = ClassNames(tuple(map(class_name, range(kinds - 1))), centres[:-1], "digest") if rng.random() < 0.5 else None
    faults = rng.sample(list(Fault), rng.randint(1, len(Fault)))
    return Scenario(
        texts=texts,
        foreign=[_foreign(rng, len(each)) for each in texts],
        names=names,
        settings=_settings(rng, names is not None and rng.random() < 0.4, kinds),
        faults=faults,
        fault_rate=rng.choice([0.005, 0.01, 0.02, 0.04]),
        switching=rng.choice([0.05, 0.3, 0.7]),
        learners=rng.randint(1, 3),
        healed_after=rng.uniform(0.6, 1.0),
        poison_rate=rng.choice([0.0, 0.05, 0.15]),
        clock_jump_rate=rng.choice([0.0, 0.01, 0.05]),
        lazy_rate=rng.choice([0.0, 0.5, 1.0]),
        marker_rate=rng.choice([0.5, 0.05]),
        compaction_rate=rng.choice([0.0, 0.05]),
    )


def _settings(rng: Random, closed: bool, kinds: int) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "budget.fraction": rng.choice([0.1, 0.2, 0.4]),
        "budget.audit_share": rng.choice([0.0, 0.1, 0.3]),
        "budget.burst": rng.choice([0, 0, 3, 8]),
        "budget.max_open": rng.choice([10_000, 6]),
        "requests.expire_seconds": rng.choice([30.0, 120.0, 1e6]),
        "learner.strategy": rng.choice(["typical_margin", "margin", "entropy", "random", "least_confidence"]),
        "learner.seed": rng.randrange(1_000),
        "encoder.model": ENCODER,
    }
    if rng.random() < 0.3:
        chosen["budget.per_hour"] = rng.choice([8, 20])
    if closed:
        chosen["task.closed"] = True
        chosen["task.classes"] = [class_name(kind) for kind in range(kinds - 1)]
    return chosen


def _texts(rng: Random, numbers: np.random.Generator, centres: Floats, partition: int, count: int) -> list[Text]:
    kinds = [rng.randrange(len(centres)) for _ in range(count)]
    embeddings = exact.unit(centres[kinds] + numbers.normal(0, 0.4, (count, centres.shape[1])))
    return [_text(rng, partition, offset, kind, embeddings[offset]) for offset, kind in enumerate(kinds)]


def _text(rng: Random, partition: int, offset: int, kind: int, embedding: Floats) -> Text:
    origin = f"{_IDENTITY}/{partition}/{offset}"
    return Text(
        origin=origin,
        id=f"name {rng.randrange(40)}" if rng.random() < 0.15 else origin,
        text=f"text {partition} {offset}",
        kind=kind,
        embedding=embedding,
        label=class_name(kind) if rng.random() < 0.05 else None,
        readable=rng.random() > 0.03,
    )


def _foreign(rng: Random, count: int) -> range:
    if rng.random() < 0.6:
        return range(0)
    start = rng.randrange(count)
    return range(start, min(count, start + rng.randint(1, 10)))
