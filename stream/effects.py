"""A step of the learner -> what came of it, as values that processes act on."""

from __future__ import annotations

from dataclasses import dataclass, field

from stream.records import Decisions, Integers, Outcome, Request


@dataclass(slots=True)
class Observation:
    """What came of a batch of items: ``rows`` are those that were new, with one decision each, in order.

    ``rejected`` counts the labels that texts brought with them and that no class may have.
    """

    rows: Integers
    decisions: Decisions = field(default_factory=Decisions)
    requests: list[Request] = field(default_factory=list)
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a batch of labels: one outcome each, the requests that they closed, and how long labels took.

    ``latencies`` are seconds from a request to the label that was learned from it.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
