"""A seed -> one run from the first text to the end, and what it proves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from structlog.testing import capture_logs

from services.edges import topics
from tests.simulation.checks import broken_promises
from tests.simulation.committed import Committed, Observer
from tests.simulation.learners import SAFE, Learners, Production
from tests.simulation.process import Process
from tests.simulation.reviewers import Reviewers
from tests.simulation.scenario import scenario
from tests.simulation.traffic import Traffic
from tests.simulation.world import World

_FAULTY_TURNS = 1_500
_HEALING_TURNS = 3_000
_SETTLED_TURNS = 20


@dataclass(frozen=True)
class Result:
    """What a run left: ``digest`` is a hash of all committed bytes.

    ``broken`` are promises that the committed records break, ``unsound`` whatever else was wrong: an error that nobody
    foresaw, or a live memory that is not what was committed.
    """

    seed: int
    digest: str
    broken: list[str]
    unsound: list[str]
    faults: Counter[tuple[str, str]]
    counts: Counter[str]


def run(seed: int, production: Production = SAFE, *, memory: bool = True) -> Result:
    """Let everything happen that this seed says; the live memory is looked at only where ``memory`` says so."""
    with capture_logs():
        return _Run(seed, production, memory).result()


class _Run:
    def __init__(self, seed: int, production: Production, memory: bool) -> None:
        self._memory = memory
        self.seed, self.scenario = seed, scenario(seed)
        self.world = World(seed, self.scenario)
        self.learners = Learners(self.world, production)
        self.traffic, self.reviewers = Traffic(self.world), Reviewers(self.world)
        self.observer = Observer(self.world.broker)
        self.unsound: list[str] = []

    def result(self) -> Result:
        try:
            self._suffer()
            self._heal()
            broken = self._come_to_an_end()
        finally:
            self.world.close()
        committed = Committed(self.world.broker)
        poison = self.traffic.poison | self.reviewers.poison
        broken += [*self.observer.broken, *broken_promises(committed, self.scenario, poison)]
        counts = Counter(outcome.outcome.value for outcome in committed.outcomes)
        counts.update(decisions=len(committed.decisions), requests=len(committed.requests))
        counts.update(
            {
                "dead letters": len(committed.dead_letters),
                "given up": len(committed.given_up),
                "learner processes": self.world.started("learner"),
            }
        )
        unsound = self.unsound + self.world.crashes
        return Result(self.seed, committed.digest(), broken, unsound, self.world.faults, counts)

    def _suffer(self) -> None:
        """Faults, until most of the traffic is through."""
        while self.traffic.sent < self.scenario.healed_after and self.world.turns < _FAULTY_TURNS:
            self._turn()

    def _heal(self) -> None:
        self.world.heal()
        self._compare_memory()
        if self.world.rng.random() < 0.5:
            self.world.kill("learner")

    def _come_to_an_end(self) -> list[str]:
        """Without faults everything must come to rest, soon."""
        settled, end = 0, self.world.turns + _HEALING_TURNS
        while settled < _SETTLED_TURNS or not self._idle():
            if self.world.turns > end:
                return ["no progress after all faults were over"]
            self._turn()
            self.reviewers.hurry()
            settled = settled + 1 if self._at_rest() else 0
        self._compare_memory()
        return []

    def _turn(self) -> None:
        self._keep_alive("intake", 1, self.traffic.program)
        self._keep_alive("reviewer", 1, self.reviewers.program)
        self._keep_alive("learner", self.scenario.learners, self.learners.program)
        self.world.turn()
        if self.world.turns % 25 == 0:
            self.observer.look()

    def _keep_alive(self, role: str, count: int, program: Callable[[Process], None]) -> None:
        """As a supervisor does, after a while."""
        if len(self.world.working(role)) < count and self.world.rng.random() < 0.2:
            self.world.start(role, program)

    def _at_rest(self) -> bool:
        if self.world.waits or self.traffic.sent < 1 or not self.reviewers.done:
            return False
        process = self._active()
        learner = self.learners.living(process) if process is not None else None
        if learner is None:
            return False
        places = [(topic, 0) for topic in (topics.ITEMS, topics.LABELS)]
        return not any(self._unread(place, learner.positions[place]) for place in places)

    def _unread(self, place: tuple[str, int], position: int) -> bool:
        """Whether there is something to read from here on, now or once an open transaction is over."""
        broker = self.world.broker
        held_back = broker.fetch(place, broker.bounds(place)[1], 1, committed=False)
        return bool(held_back or broker.fetch(place, position, 1))

    def _active(self) -> Process | None:
        """The process of the elected learner, if it is in order."""
        members = self.world.broker.group("learner").members
        working = self.world.working("learner")
        return next((each for each in working if members and each.member == members[0]), None)

    def _compare_memory(self) -> None:
        """Where the elected learner stands between two steps, with nothing lost behind its back."""
        process = self._idle()
        if process is not None and self._memory:
            self.unsound += self.learners.broken_memory(process)

    def _idle(self) -> Process | None:
        process = self._active()
        return process if process is not None and self.learners.idle(process) else None
