"""One embedding at a time -> whether a peer asks about it; and any peer -> a subject that keeps the budget."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from stream.drift.signals import Alarm
from stream.records import Floats
from stream.subject import Seen


class PeerError(ValueError):
    """The peer that was named cannot run; the message is one line that says why and what to do."""


class Peer(ABC):
    """Another active learner. It knows all classes of the file beforehand, which ours does not."""

    @abstractmethod
    def wants(self, embedding: Floats) -> bool:
        """Whether it asks about this text, (1, d)."""

    @abstractmethod
    def settle(self, embedding: Floats, asked: bool) -> None:
        """Hear whether the text that it was just shown was asked about."""

    @abstractmethod
    def learn(self, embeddings: Floats, labels: Sequence[str]) -> None:
        """Take answers (n, d)."""

    @abstractmethod
    def predict(self, embeddings: Floats) -> list[str | None]:
        """The class of each text (m, d); None before it can tell."""


class Capped:
    """A peer in the simulation: the same texts, order, answers and latency as ours.

    Peers overspend: their budgets hold on average, or not at all. With a ``budget`` a request that would exceed it at
    this text is not issued, of which the peer is told; ``refused`` counts them. Without, they spend as they like, and
    the result's `max_overspend` tells how much. Peers have no audit and notice no drift.
    """

    def __init__(self, peer: Peer, budget: Fraction | None) -> None:
        self._peer, self._budget = peer, budget
        self._asked: dict[int, Floats] = {}
        self._count = 0
        self.refused = 0

    def observe(self, texts: Sequence[str], embeddings: Floats, start: int) -> Seen:
        """As `Subject.observe`; one text after the other."""
        predicted = self._peer.predict(embeddings)
        asked = []
        for offset in range(len(texts)):
            embedding = embeddings[offset : offset + 1]
            wanted = self._peer.wants(embedding)
            issued = wanted and self._allowed(start + offset + 1)
            self._peer.settle(embedding, issued)
            self.refused += wanted and not issued
            if issued:
                self._count += 1
                self._asked[start + offset] = embedding
                asked.append(offset)
        return Seen(predicted, asked)

    def learn(self, answers: Sequence[tuple[int, str]], position: int) -> None:  # noqa: ARG002  peers know no time
        """As `Subject.learn`."""
        embeddings = np.concatenate([self._asked.pop(asked_at) for asked_at, _ in answers])
        self._peer.learn(embeddings, [label for _, label in answers])

    def predict(self, embeddings: Floats) -> list[str | None]:
        """As `Subject.predict`."""
        return self._peer.predict(embeddings)

    def audit(self) -> dict[str, Any]:
        """Nothing is known."""
        return {"estimate": None, "low": 0.0, "high": 1.0, "answers": 0}

    def alarms(self) -> list[Alarm]:
        """None."""
        return []

    def _allowed(self, texts: int) -> bool:
        return self._budget is None or self._count + 1 <= self._budget * texts
