"""Programs, a broker, time and faults -> turns, one after the other: the scheduler of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from greenlet import getcurrent

from services.edges.journal.base import JournalError
from services.edges.journal.simulated_broker import Broker
from services.edges.topics import LEARNER_STATE
from tests.simulation.process import SESSION_SECONDS, Process
from tests.simulation.scenario import NOON, Fault, Scenario

_MAX_PAUSED = 3
_FULL_RATE = 0.002
_EVICTION_RATE = 0.002
_OFTENER = {"init": 6, "begin": 3, "send": 3, "commit": 8, "append": 3}
"""How many times more faults fall on the requests that matter than on the others."""
_REQUEST_SECONDS = 0.15


class World:
    """One run's surroundings: who calls `turn` again and again lets one process after the other go on."""

    def __init__(self, seed: int, chosen: Scenario) -> None:
        self.scenario = chosen
        self.rng = Random(f"world {seed}")
        self.now = NOON
        self.broker = Broker(lambda: self.now)
        self.hub = getcurrent()
        self.switching = chosen.switching
        self.faulty = True
        self.faults: Counter[tuple[str, str]] = Counter()
        self.crashes: list[str] = []
        self.turns = 0
        self._clock_offset = 0.0
        self._processes: list[Process] = []
        self._late: list[tuple[int, Callable[[], Any]]] = []
        self._started: Counter[str] = Counter()
        self._full_until = 0

    def clock(self) -> float:
        """The processes' clock, which somebody sets back or forward now and then."""
        if self.faulty and self.rng.random() < self.scenario.clock_jump_rate:
            self._clock_offset += self.rng.choice([-50.0, -5.0, 10.0])
        return self.now + self._clock_offset

    def start(self, role: str, program: Callable[[Process], None]) -> Process:
        """A new process of this role."""
        self._started[role] += 1
        process = Process(self, f"{role}-{self._started[role]}", program)
        self._processes.append(process)
        return process

    def started(self, role: str) -> int:
        """How many processes of this role there ever were."""
        return self._started[role]

    def working(self, role: str) -> list[Process]:
        """The processes of this role that are neither dead nor paused."""
        return [each for each in self._processes if self._is(each, role) and not each.paused]

    def turn(self) -> None:
        """Some time passes, late requests arrive, and one process goes on."""
        self.turns += 1
        self._pass_time()
        self._deliver()
        self._disturb()
        if not self.faulty or self.rng.random() < self.scenario.marker_rate:
            self.broker.write_markers(self.rng.randint(1, 3) if self.faulty else None)
        living = [each for each in self._processes if not each.ended]
        able = [each for each in living if not each.paused or each.wakes_at <= self.now]
        if able:
            self.rng.choice(able).go_on()
        self._processes = [each for each in self._processes if not each.ended or each.member is not None]

    def fault(self, request: str, late: bool) -> Fault | None:
        """What happens to this request; mostly nothing."""
        often = next((times for name, times in _OFTENER.items() if request.startswith(name)), 1)
        if not self.faulty or self.rng.random() >= self.scenario.fault_rate * often:
            return None
        fault = self.rng.choice(self.scenario.faults)
        if fault is Fault.LATE and not late:
            return None
        if fault in (Fault.PAUSE_BEFORE, Fault.PAUSE_AFTER) and self._paused() >= _MAX_PAUSED:
            return None
        self.faults[request, fault.value] += 1
        return fault

    def delay(self, answer: Callable[[], Any]) -> None:
        """A request that arrives some turns later."""
        self._late.append((self.turns + self.rng.choice([1, 2, 3, 5, 8, 20, 60, 150]), answer))

    def rush(self) -> None:
        """What is late arrives at the worst moment."""
        self._late = [(min(turn, self.turns), answer) for turn, answer in self._late]
        self._deliver()

    def heal(self) -> None:
        """No fault from now on; of those who stand still some are dead, the others wake."""
        self.faulty = self.broker.full = self.broker.lazy = False
        for process in self._processes:
            if process.paused and self.rng.random() < 0.5:
                process.kill()
            process.wakes_at = self.now

    def kill(self, role: str) -> None:
        """End all processes of this role."""
        for process in self._processes:
            if self._is(process, role):
                process.kill()

    @property
    def waits(self) -> bool:
        """Whether a request or a paused process is still on its way."""
        return bool(self._late) or self._paused() > 0

    def close(self) -> None:
        """End everything."""
        for process in self._processes:
            process.kill()

    def _is(self, process: Process, role: str) -> bool:
        return not process.ended and process.name.startswith(role)

    def _paused(self) -> int:
        return sum(each.paused for each in self._processes)

    def _pass_time(self) -> None:
        self.now += self.rng.expovariate(1 / _REQUEST_SECONDS)
        if self.rng.random() < 0.02:
            self.now += self.rng.choice([SESSION_SECONDS + 0.5, 16.0])
        for process in self._processes:
            if process.silent_since is not None and self.now - process.silent_since > SESSION_SECONDS:
                process.give_up_membership()
        self.broker.expire()

    def _deliver(self) -> None:
        due = [answer for turn, answer in self._late if turn <= self.turns]
        self._late = [(turn, answer) for turn, answer in self._late if turn > self.turns]
        for answer in due:
            try:
                answer()
            except JournalError:
                self.faults["late request", "refused"] += 1

    def _disturb(self) -> None:
        if not self.faulty:
            return
        if self.rng.random() < _FULL_RATE:
            self._full_until = self.turns + self.rng.randint(5, 40)
            self.faults["disk", "full"] += 1
        self.broker.full = self.turns < self._full_until
        if self.rng.random() < self.scenario.compaction_rate:
            self.broker.compact(LEARNER_STATE)
        self.broker.lazy = self.rng.random() < self.scenario.lazy_rate
        if self.rng.random() < _EVICTION_RATE and (learners := self.working("learner")):
            self.rng.choice(learners).give_up_membership()
            self.faults["group", "evicted"] += 1
