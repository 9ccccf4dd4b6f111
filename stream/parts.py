"""The learner's parts -> their saved state, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from stream.arrivals import Arrivals
from stream.budget.accounts import Budget
from stream.drift.signals import Signals
from stream.evaluation.audit import AuditAccuracy
from stream.evaluation.prequential import Prequential
from stream.examples import Examples
from stream.landmarks import Landmarks
from stream.model.base import Model
from stream.pending import Pending
from stream.records import Changes, Entry, State
from stream.strategies.base import Strategy
from stream.window import Window


class _Small(Protocol):
    """A part whose whole state is one small entry."""

    def save(self) -> Entry: ...

    def restore(self, entry: Entry) -> None: ...


class _Large(Protocol):
    """A part with an entry for each thing that it remembers."""

    def changes(self) -> Changes: ...

    def restore(self, state: State) -> None: ...


@dataclass(frozen=True)
class Parts:
    """All that a learner is made of."""

    model: Model
    strategy: Strategy
    strategy_name: str
    budget: Budget
    signals: Signals
    arrivals: Arrivals = field(default_factory=Arrivals)
    pending: Pending = field(default_factory=Pending)
    landmarks: Landmarks = field(default_factory=Landmarks)
    examples: Examples = field(default_factory=Examples)
    prequential: Prequential = field(default_factory=Prequential)
    audit: AuditAccuracy = field(default_factory=AuditAccuracy)
    window: Window = field(default_factory=Window)

    def changes(self) -> Changes:
        """The entries that changed since this was last asked, of every part but the model and the window."""
        changes: Changes = {key: part.save() for key, part in self._small().items()}
        for part in self._large().values():
            changes |= part.changes()
        return changes | self.landmarks.changes()

    def restore(self, state: State) -> None:
        """Give every part its entries back; the model learns the kept examples again."""
        for key, small in self._small().items():
            if key in state:
                small.restore(state[key])
        for prefix, large in self._large().items():
            large.restore(entries_below(prefix, state))
        self.landmarks.restore(entries_below("landmark/", state), self.pending)
        self.model.restore(entries_below("model/", state))
        for example in self.examples:
            self.model.learn(example.embedding, example.label)

    def _small(self) -> Mapping[str, _Small]:
        return {"budget": self.budget, "evaluation/prequential": self.prequential, "evaluation/audit": self.audit}

    def _large(self) -> Mapping[str, _Large]:
        return {
            "drift/": self.signals,
            "arrivals/": self.arrivals,
            "pending/": self.pending,
            "example/": self.examples,
        }


def entries_below(prefix: str, state: State) -> State:
    """The entries whose keys begin with the prefix, under their whole keys."""
    return {key: entry for key, entry in state.items() if key.startswith(prefix)}
