"""The values that flow: texts with embeddings in, decisions and requests out, labels back, outcomes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from stream.columns import Columns

_T = TypeVar("_T")

Floats = NDArray[np.float32]
"""Embeddings and weights, float32."""
Doubles = NDArray[np.float64]
"""Probabilities and utilities, float64."""
Integers = NDArray[np.int64]


class Verdict(StrEnum):
    """What the budget says about one text."""

    SKIP = "SKIP"
    ASK = "ASK"
    AUDIT = "AUDIT"


class Reason(StrEnum):
    """Why a verdict was given; the closed list that users may rely on."""

    AUDIT = "audit"
    UNCERTAIN = "uncertain"
    COLD_START = "cold_start"
    BELOW_THRESHOLD = "below_threshold"
    OUT_OF_BUDGET = "out_of_budget"
    RATE_LIMIT = "rate_limit"
    QUEUE_FULL = "queue_full"
    REVIEWERS_BUSY = "reviewers_busy"
    SOURCE_LIMIT = "source_limit"
    NEAR_OPEN_REQUEST = "near_open_request"
    GIVEN_LABEL = "given_label"


class OutcomeKind(StrEnum):
    """What became of one label message; the closed list that users may rely on."""

    LEARNED = "learned"
    SKIPPED = "skipped"
    REPEATED = "repeated"
    CONFLICTING = "conflicting"
    CORRECTED = "corrected"
    CLOSED = "closed"
    LATE = "late"
    UNKNOWN = "unknown"
    HELD = "held"
    REJECTED = "rejected"


class Entry(NamedTuple):
    """One value of saved state: JSON-able fields and named arrays; never code."""

    fields: Mapping[str, Any] = {}
    arrays: Mapping[str, NDArray[Any]] = {}


State = dict[str, Entry]
"""Saved state by key, such as ``budget`` or ``example/12``."""
Changes = dict[str, Entry | None]
"""Keys that changed since they were last collected; None removes the key."""


@dataclass(frozen=True, slots=True)
class Items:
    """A batch of n texts with their embeddings, as columns in stream order.

    ``origins`` are ``cluster/topic-id/partition/offset``; ``ids`` are the users' names or, where none was given, the
    origins; ``embeddings`` are float32 (n, d) unit vectors on the grid of `stream.exact`; ``labels`` are given labels
    or None; ``covered`` names for each source partition (``cluster/topic-id/partition``) the range [from, to) of
    offsets that the batch accounts for, texts, dead letters and markers included; ``times`` are when the texts arrived,
    in seconds since the epoch, or nothing where nobody asks.
    """

    origins: Sequence[str]
    ids: Sequence[str]
    texts: Sequence[str]
    embeddings: Floats
    labels: Sequence[str | None]
    sources: Sequence[str]
    covered: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    times: Sequence[float] = ()

    def __len__(self) -> int:
        return len(self.origins)

    def take(self, rows: Sequence[int] | Integers | slice) -> Items:
        """Only the given rows, in the given order; ``covered`` is dropped."""
        return Items(
            origins=_taken(self.origins, rows),
            ids=_taken(self.ids, rows),
            texts=_taken(self.texts, rows),
            embeddings=self.embeddings[rows],
            labels=_taken(self.labels, rows),
            sources=_taken(self.sources, rows),
            times=_taken(self.times, rows) if self.times else (),
        )


def _taken(column: Sequence[_T], rows: Sequence[int] | Integers | slice) -> Sequence[_T]:
    return column[rows] if isinstance(rows, slice) else [column[row] for row in rows]


@dataclass(frozen=True, slots=True)
class ClassNames:
    """The classes that a task names: n names with their embeddings, float32 (n, d), and the hash that identifies them.

    An embedding is the unit mean of the encoded name, its description and its example phrases.
    """

    names: tuple[str, ...]
    embeddings: Floats
    digest: str


class Decision(NamedTuple):
    """One row of `decisions`: what was predicted for a text, what was decided, and why."""

    id: str
    origin: str
    label: str | None
    probability: float
    utility: float
    threshold: float
    verdict: Verdict
    reason: Reason
    query_probability: float
    model_version: int
    decided_at: float


class Decisions(Columns[Decision]):
    """Decisions in stream order.

    >>> decision = Decision("7", "c/t/0/1", "refund", 0.5, 0.5, 0.9, Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.1, 3, 0.0)
    >>> decisions = Decisions([decision])
    >>> decisions.column("label"), decisions[0].reason.value
    (['refund'], 'below_threshold')
    """

    __slots__ = ()
    of, fields = Decision, Decision._fields


class Request(NamedTuple):
    """One question to a reviewer; times are seconds since the epoch, ``suggestions`` likely classes, best first."""

    request_id: str
    origin: str
    text_id: str
    text: str
    suggestions: tuple[tuple[str, float], ...]
    verdict: Verdict
    reason: Reason
    utility: float
    threshold: float
    strategy: str
    query_probability: float
    asked_at: float
    expires_at: float


class Label(NamedTuple):
    """One answer: ``label`` is None where the reviewer skipped; ``offset`` is its place in the `labels` topic."""

    request_id: str
    label: str | None
    reviewer: str
    offset: int
    corrects: bool = False


class Outcome(NamedTuple):
    """What became of one answer."""

    request_id: str
    reviewer: str
    label: str | None
    outcome: OutcomeKind
    model_version: int
    offset: int


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text that the model was taught: ``key`` is the request id or, for a given label, the origin.

    ``text_id`` is the user's name for the text or, where none was given, its origin.
    """

    key: str
    text: str
    embedding: Floats
    label: str
    reviewer: str
    predicted: str | None
    verdict: Verdict
    text_id: str = ""
