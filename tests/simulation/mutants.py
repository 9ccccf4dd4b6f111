"""The production code -> variants of it, each unsafe in one way: what the checks have to notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.edges import topics
from services.edges.journal.base import Fenced, JournalError, Message, Positions, Record, Writer
from services.edges.journal.positions import joined
from services.edges.journal.simulated import SimulatedJournal
from services.edges.journal.simulated_broker import Session
from services.edges.journal.simulated_line import Line
from services.edges.journal.simulated_writer import TRANSACTION_SECONDS, SimulatedWriter
from services.learner import LearnerProcess
from stream.arrivals import Arrivals
from stream.learner import Learner
from stream.parts import Parts
from stream.pending import Pending
from stream.records import Changes, Items
from tests.simulation.learners import SAFE, Production

_Patch = tuple[type, str, Callable[..., Any]]


@dataclass(frozen=True)
class Mutant:
    """A variant of what is under test; ``patches`` are methods that are replaced while it runs."""

    production: Production = SAFE
    patches: tuple[_Patch, ...] = ()

    @contextmanager
    def in_place(self) -> Iterator[Production]:
        """While this lasts the unsafe code runs."""
        kept = [(owner, name, getattr(owner, name)) for owner, name, _ in self.patches]
        for owner, name, unsafe in self.patches:
            setattr(owner, name, unsafe)
        try:
            yield self.production
        finally:
            for owner, name, safe in kept:
                setattr(owner, name, safe)


class RestoresBeforeFencing(SimulatedWriter):
    def _stand_by(self) -> Session:
        while not self._line.ask("elect", lambda: self._group.elected(self._member)):
            self._follow()
            self._line.sleep(0.01)
        self._follow()
        return self._fence()


class RandomNames(SimulatedWriter):
    def _fence(self) -> Session:
        name = f"{self._name}-{self._member}"
        return self._line.ask("init", lambda: self._broker.begin_session(name, TRANSACTION_SECONDS))


class ReusesTheProducer(SimulatedWriter):
    def _transact(self, messages: Sequence[Message], positions: Positions) -> list[int]:
        try:
            return super()._transact(messages, positions)
        except Fenced:
            raise
        except JournalError:
            return super()._transact(messages, positions)


class _InParts(SimulatedWriter):
    """Commits in several transactions what belongs together."""

    def commit(
        self, outputs: Sequence[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[int]:
        offsets: list[int] = []
        for part in self._parts(list(outputs), changes, positions):
            offsets += self._transact(part, positions) if part else []
        return offsets

    def _parts(
        self, outputs: list[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[list[Message]]:
        raise NotImplementedError


class PositionsAfterwards(_InParts):
    def _parts(
        self, outputs: list[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[list[Message]]:
        return [[*outputs, *self._chunks.cut(changes)], list(self._chunks.cut(joined({}, positions)))]


class PositionsFirst(_InParts):
    def _parts(
        self, outputs: list[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[list[Message]]:
        return [list(self._chunks.cut(joined({}, positions))), [*outputs, *self._chunks.cut(changes)]]


class StateFirst(_InParts):
    def _parts(
        self, outputs: list[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[list[Message]]:
        return [list(self._chunks.cut(joined(changes, positions))), outputs]


class OutputsFirst(_InParts):
    def _parts(
        self, outputs: list[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[list[Message]]:
        return [outputs, list(self._chunks.cut(joined(changes, positions)))]


class DeadLettersFirst(_InParts):
    def _parts(
        self, outputs: list[Message], changes: Mapping[str, bytes | None], positions: Positions
    ) -> list[list[Message]]:
        dead = [message for message in outputs if message.topic == topics.DEAD_LETTERS]
        rest = [message for message in outputs if message.topic != topics.DEAD_LETTERS]
        return [dead, [*rest, *self._chunks.cut(joined(changes, positions))]]


class ReadsAll(SimulatedJournal):
    """Reads what is not committed."""

    def _fetch(self, positions: Positions, limit: int) -> list[Record]:
        found: list[Record] = []
        for place in sorted(positions):
            found += self._broker.fetch(place, positions[place], limit, committed=False)
        return found[:limit]


class GoesOn(LearnerProcess):
    """Does not end where a commit failed."""

    def step(self, wait: float) -> int:
        try:
            return super().step(wait)
        except Fenced:
            raise
        except JournalError:
            return 0


def _with(writer: type[SimulatedWriter]) -> Mutant:
    class Unsafe(SimulatedJournal):
        def writer(self, name: str, *, wait: bool = True) -> Writer:
            return writer(self._line, name, self._require_open)

    def journal(line: Line, name: str) -> SimulatedJournal:
        return Unsafe(line, name)

    return Mutant(Production(journal=journal))


def _forgetting(owner: type, prefix: str) -> Mutant:
    """What a part saves, without the entries below a prefix."""
    saved = owner.changes  # type: ignore[attr-defined]

    def changes(self: object) -> Changes:
        return {key: entry for key, entry in saved(self).items() if not key.startswith(prefix)}

    return Mutant(patches=((owner, "changes", changes),))


def _admits_all() -> Mutant:
    admit = Arrivals.admit

    def unsafe(self: Arrivals, items: Items) -> Any:
        admit(self, items)
        return np.arange(len(items))

    return Mutant(patches=((Arrivals, "admit", unsafe),))


def _trusts_the_clock() -> Mutant:
    observe = Learner.observe

    def unsafe(self: Learner, items: Items, now: float) -> Any:
        self._now = now
        return observe(self, items, now)

    return Mutant(patches=((Learner, "observe", unsafe),))


MUTANTS: dict[str, Mutant] = {
    "restores before it fences": _with(RestoresBeforeFencing),
    "positions after the transaction": _with(PositionsAfterwards),
    "positions before the transaction": _with(PositionsFirst),
    "budget in memory only": _forgetting(Parts, "budget"),
    "learns what is not committed": Mutant(Production(journal=ReadsAll)),
    "random transactional ids": _with(RandomNames),
    "reuses the producer after an ambiguous commit": _with(ReusesTheProducer),
    "no deduplication by origin": _admits_all(),
    "high-water marks not saved": _forgetting(Arrivals, "arrivals/marks"),
    "users' ids not saved": _forgetting(Arrivals, "arrivals/ids"),
    "answered requests not saved": _forgetting(Pending, "pending/closed"),
    "state committed before the outputs": _with(StateFirst),
    "outputs committed before the state": _with(OutputsFirst),
    "dead letters outside the transaction": _with(DeadLettersFirst),
    "goes on after a failed commit": Mutant(Production(process=GoesOn)),
    "trusts a clock that goes backwards": _trusts_the_clock(),
}
