"""What is done to the processes of a fleet and to their network, a kind of fault a thread, several at a time."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from tests.chaos.fleet import Fleet
from tests.chaos.proxy import CLEAR, CUT, TROUBLED, Network, Proxy

_AIMED = 0.35
"""The share of a learner's kills that wait for an open transaction."""
_ACTIVE = 0.7
"""The share of a learner's kills that prefer the one that is active."""
_WHILE_STARTING = 0.2
"""The share of kills for which a process that is still starting is not left to start."""
_WORK_SECONDS = 2.0
_SHOWN_SECONDS = 10.0
"""Within this a learner that was replaced during its pause has to end."""


@dataclass
class Tally:
    """What was done: kills by role and phase, pauses of so many seconds and what became of them, other faults."""

    phases: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    pauses: list[dict[str, object]] = field(default_factory=list)
    exits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    network: list[dict[str, object]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """SIGKILLs in all."""
        return sum(sum(each.values()) for each in self.phases.values())


@dataclass(frozen=True)
class Plan:
    """How many faults of each kind, within about ``seconds``; pauses last between the two numbers of seconds."""

    seconds: float
    kills: int
    pauses: int
    pause_seconds: tuple[float, float]
    terminations: int
    cuts: tuple[float, ...]
    """How long, one after the other, nothing gets through to the broker; before each the network is slow and lossy."""


class Faults:
    """Runs a plan over a fleet; after `run` every process runs again, and the network is clear."""

    def __init__(self, fleet: Fleet, proxy: Proxy, plan: Plan, seed: int, say: Callable[[str], None]) -> None:
        self.tally = Tally()
        self._fleet, self._proxy, self._plan, self._seed, self._say = fleet, proxy, plan, seed, say
        self._in_hand: set[int] = set()
        self._choosing = Lock()
        self._stop = Event()

    def run(self) -> None:
        """Do all of it; returns when it is done."""
        half = self._plan.pauses // 2
        lanes: list[Callable[[random.Random], None]] = [
            self._kill,
            lambda rng: self._pause(rng, "learner", self._plan.pauses - half),
            lambda rng: self._pause(rng, "intake", half),
            self._terminate,
            self._scale,
            self._trouble,
        ]
        failed: list[BaseException] = []

        def guarded(lane: Callable[[random.Random], None], seed: int) -> None:
            try:
                lane(random.Random(seed))
            except BaseException as error:
                failed.append(error)
                self._stop.set()
                raise

        threads = [Thread(target=guarded, args=(lane, self._seed + number)) for number, lane in enumerate(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._proxy.network = CLEAR
        if failed:
            raise failed[0]

    def _kill(self, rng: random.Random) -> None:
        """SIGKILL learners and intakes, as many of these as of those."""
        pause = self._plan.seconds / max(1, self._plan.kills)
        for number in range(self._plan.kills):
            if self._stop.wait(rng.uniform(0.5, 1.5) * pause):
                return
            role = ("learner", "intake")[number % 2]
            with self._held(rng, role, prefer_elected=rng.random() < _ACTIVE) as place:
                if rng.random() > _WHILE_STARTING:
                    self._fleet.let_start(place)
                    self._stop.wait(rng.uniform(0.0, _WORK_SECONDS))
                aimed = role == "learner" and rng.random() < _AIMED and self._fleet.elected(place)
                kill = self._fleet.kill_in_transaction if aimed else self._fleet.kill_in_phase
                found = kill(place)
            self.tally.phases[role][found] += 1
            if (number + 1) % 10 == 0:
                self._say(f"{number + 1} of {self._plan.kills} kills")

    def _pause(self, rng: random.Random, role: str, pauses: int) -> None:
        """SIGSTOP and, later, SIGCONT; to the active learner if there is one."""
        for _ in range(pauses):
            if self._stop.wait(rng.uniform(0.0, 2.0)):
                return
            with self._held(rng, role, prefer_elected=True) as place:
                pid, seconds = self._fleet.pid(place), rng.uniform(*self._plan.pause_seconds)
                active = role == "learner" and self._fleet.elected(place)
                self._fleet.pause(place)
                self._stop.wait(seconds)
                self._fleet.resume(place)
                gone = active and self._is_gone(place, pid)
            pause = {"role": role, "seconds": round(seconds, 1), "active": active, "ended_afterwards": gone}
            self.tally.pauses.append(pause)

    def _is_gone(self, place: int, pid: int) -> bool:
        """Whether a process ends soon, as one that was replaced must."""
        deadline = time.monotonic() + _SHOWN_SECONDS
        while self._fleet.pid(place) == pid:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _terminate(self, rng: random.Random) -> None:
        """SIGTERM to processes of every kind."""
        pause = self._plan.seconds / max(1, self._plan.terminations)
        for _ in range(self._plan.terminations):
            if self._stop.wait(rng.uniform(0.5, 1.0) * pause):
                return
            role = rng.choice(("learner", "intake", "console", "oracle"))
            with self._held(rng, role) as place:
                code = self._fleet.terminate(place)
            self.tally.exits[role][str(code)] += 1

    def _scale(self, rng: random.Random) -> None:
        """Intakes: 3 -> 1 -> 4 -> 2 -> 3."""
        for step in (-2, 3, -2, 1):
            if self._stop.wait(self._plan.seconds / 5):
                return
            for _ in range(abs(step)):
                if step > 0:
                    self._fleet.join("intake")
                else:
                    with self._held(rng, "intake") as place:
                        self._fleet.terminate(place, again=False)
            self._say(f"intakes: {step:+d}")

    def _trouble(self, rng: random.Random) -> None:
        """A slow and lossy network, then one that lets nothing through, several times in the middle of the time."""
        pause = self._plan.seconds / (2 * len(self._plan.cuts) + 1)
        for seconds in self._plan.cuts:
            self._stop.wait(pause)
            self._shape(TROUBLED, rng.uniform(0.5, 1.0) * pause)
            self._shape(CUT, seconds)

    def _shape(self, network: Network, seconds: float) -> None:
        self._proxy.network = network
        self.tally.network.append({"kind": "cut" if network is CUT else "slow and lossy", "seconds": round(seconds, 1)})
        self._stop.wait(seconds)
        self._proxy.network = CLEAR

    @contextmanager
    def _held(self, rng: random.Random, role: str, *, prefer_elected: bool = False) -> Iterator[int]:
        """A process of that role that no other fault has in hand meanwhile; waits for one."""
        while (place := self._choose(rng, role, prefer_elected=prefer_elected)) is None:
            if self._stop.wait(0.2):
                raise AssertionError(f"no {role} is left to choose")
        try:
            yield place
        finally:
            self._in_hand.discard(place)

    def _choose(self, rng: random.Random, role: str, *, prefer_elected: bool) -> int | None:
        with self._choosing:
            free = [place for place in self._fleet.places(role) if place not in self._in_hand]
            elected = [place for place in free if prefer_elected and self._fleet.elected(place)]
            if not free:
                return None
            place = rng.choice(elected or free)
            self._in_hand.add(place)
            return place
