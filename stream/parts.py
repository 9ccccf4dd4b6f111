"""The learner's parts -> what a strategy sees of them, and their saved state, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from stream.arrivals import Arrivals
from stream.budget.accounts import Budget
from stream.class_change import ClassChange
from stream.drift.signals import Signals
from stream.evaluation.evaluation import Evaluation
from stream.holds import Holds
from stream.knowledge import Knowledge
from stream.landmarks import Landmarks
from stream.model.base import Prediction
from stream.near_duplicates import OFF, NearDuplicates
from stream.pending import Pending
from stream.records import Changes, Doubles, Items, Request, State, Verdict
from stream.strategies.base import Strategy, View
from stream.window import Window

DRIFT, STRATEGY = "drift/", "strategy/"
_BUDGET = "budget"
RECENT_TEXTS = 500
"""How many of the last texts a strategy may look back at."""


class _Part(Protocol):
    """A part with entries of its own, all below one prefix."""

    def changes(self) -> Changes: ...

    def restore(self, state: State) -> None: ...


@dataclass(frozen=True)
class Parts:
    """All that a learner is made of."""

    knowledge: Knowledge
    strategy: Strategy
    strategy_name: str
    budget: Budget
    signals: Signals
    arrivals: Arrivals = field(default_factory=Arrivals)
    pending: Pending = field(default_factory=Pending)
    landmarks: Landmarks = field(default_factory=Landmarks)
    near_duplicates: NearDuplicates = field(default_factory=lambda: NearDuplicates(same=OFF, alike=OFF))
    evaluation: Evaluation = field(default_factory=Evaluation)
    holds: Holds = field(default_factory=Holds)
    window: Window = field(default_factory=Window)

    def view(self, block: Items, prediction: Prediction, texts: int) -> View:
        """What the strategy may look at: this block, which follows the first ``texts`` texts."""
        model, window, landmarks = self.knowledge.model, self.window, self.landmarks
        return View(
            positions=np.arange(texts, texts + len(block)),
            texts=block.texts,
            embeddings=block.embeddings,
            probabilities=prediction.probabilities,
            query_probabilities=prediction.query,
            recent=lambda: window.last(RECENT_TEXTS),
            asked=landmarks.embeddings,
            label_counts=model.label_counts,
            trust=model.trust,
            prototypes=lambda: model.prototypes,
            query=lambda embeddings: model.predict(embeddings).query,
            asked_sketches=lambda: landmarks.sketches,
            committee=lambda: self.knowledge.committee(block.embeddings),
        )

    def utility(self, view: View) -> Doubles:
        """The strategy's, (n,). Raises ValueError where it is not one number for each of the view's n texts."""
        utility = self.strategy.score(view)
        if np.shape(utility) != (len(view),):
            raise ValueError(f"{len(view)} utilities are wanted of {self.strategy_name}, not {np.shape(utility)}")
        return utility

    def change(self, change: ClassChange) -> list[Request]:
        """Rename, merge or remove a class, wherever it is named; returns the open requests that suggested it.

        Where two classes become one, answers that took one for the other were right. Raises ValueError where there is
        no such class.
        """
        classes = self.knowledge.model.classes
        for example in self.knowledge.examples.confused(change):
            audit = example.verdict is Verdict.AUDIT
            self.evaluation.corrected(example.predicted, example.label, example.predicted, audit)
        self.knowledge.change(change)
        self.evaluation.change(change)
        self.signals.change(change)
        return self.pending.change(change, classes)

    def changes(self) -> Changes:
        """The entries that changed since this was last asked, of every part but the window."""
        changes: Changes = {_BUDGET: self.budget.save()}
        if any(kept := self.strategy.save()):
            changes[self._strategy_key] = kept
        for part in self._below().values():
            changes |= part.changes()
        return changes | self.landmarks.changes() | self.knowledge.changes()

    def restore(self, state: State) -> None:
        """Give every part its entries back; the model learns the kept examples again."""
        if _BUDGET in state:
            self.budget.restore(state[_BUDGET])
        if self._strategy_key in state:
            self.strategy.restore(state[self._strategy_key])
        for prefix, part in self._below().items():
            part.restore(entries_below(prefix, state))
        self.landmarks.restore(entries_below("landmark/", state), self.pending)
        self.near_duplicates.restore(
            (waiting.request.request_id, waiting.embedding, waiting.request.text) for waiting in self.pending
        )
        self.knowledge.restore(state)

    @property
    def _strategy_key(self) -> str:
        """By its name: what one strategy kept says nothing to another."""
        return f"{STRATEGY}{self.strategy_name}"

    def _below(self) -> Mapping[str, _Part]:
        return {
            DRIFT: self.signals,
            "arrivals/": self.arrivals,
            "pending/": self.pending,
            "evaluation/": self.evaluation,
            "holds": self.holds,
        }


def entries_below(prefix: str, state: State) -> State:
    """The entries whose keys begin with the prefix, under their whole keys."""
    return {key: entry for key, entry in state.items() if key.startswith(prefix)}
