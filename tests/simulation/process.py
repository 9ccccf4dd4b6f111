"""A program of the service -> a process that can be killed, paused and cut off at every request to the broker."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from greenlet import greenlet

from services.edges.journal.base import JournalError, Record
from services.edges.journal.simulated_line import Line
from tests.simulation.scenario import Fault

if TYPE_CHECKING:
    from tests.simulation.world import World

SESSION_SECONDS = 6.0
_LATE_REQUESTS = ("init", "send", "commit", "append")
_T = TypeVar("_T")


class Killed(BaseException):
    """The process is gone: nothing that it would do on its way out happens."""


class Process:
    """One life of a program. It runs only while the world lets it, and gives the turn back at its requests."""

    def __init__(self, world: World, name: str, program: Callable[[Process], None]) -> None:
        self.name = name
        self.line = FaultyLine(world, self)
        self.member: int | None = None
        self.ended = False
        self.silent_since: float | None = None
        """Since when it sends no heartbeats, for it is paused or dead."""
        self.wakes_at = 0.0
        self._world, self._program = world, program
        self._coroutine = greenlet(self._live)

    @property
    def paused(self) -> bool:
        return not self.ended and self.silent_since is not None

    def go_on(self) -> None:
        """Let it run until it gives the turn back."""
        self.silent_since = None
        self._coroutine.switch()

    def kill(self) -> None:
        """End it where it stands."""
        if self._coroutine:
            self._coroutine.throw(Killed)
        self._end()

    def rest(self) -> None:
        """Give the turn back, from inside."""
        self._world.hub.switch()

    def pause(self) -> None:
        """Stand still for a while, from inside."""
        self.silent_since = self._world.now
        self.wakes_at = self._world.now + self._world.rng.uniform(0.5, 30.0)
        self.rest()

    def give_up_membership(self) -> None:
        """Its session timed out, or it left."""
        if self.member is not None:
            self._world.broker.group("learner").evict(self.member)
            self.member = None

    def _live(self) -> None:
        try:
            self._program(self)
        except Killed:
            pass
        except JournalError:
            if self._world.rng.random() < 0.5:
                self.give_up_membership()
        except Exception:
            self._world.crashes.append(f"{self.name}: {traceback.format_exc()}")
        self._end()

    def _end(self) -> None:
        self.ended = True
        if self.silent_since is None:
            self.silent_since = self._world.now


class FaultyLine(Line):
    """The way of one process to the broker, on which the world's faults lie."""

    def __init__(self, world: World, process: Process) -> None:
        super().__init__(world.broker)
        self._world, self._process = world, process

    def ask(self, request: str, answer: Callable[[], _T]) -> _T:
        """The broker's answer, unless a fault falls on the way to it or back."""
        world = self._world
        fault = world.fault(request, late=request.startswith(_LATE_REQUESTS))
        self._before(fault, request, answer)
        if world.rng.random() < world.switching:
            self._process.rest()
        result = self._cut(request, answer())
        if request == "join":
            self._process.member = result  # type: ignore[assignment]
        self._after(fault, request)
        return result

    def sleep(self, seconds: float) -> None:
        """Others go on."""
        self._process.rest()

    def now(self) -> float:
        return self._world.now

    def _before(self, fault: Fault | None, request: str, answer: Callable[[], _T]) -> None:
        if fault is Fault.KILL_BEFORE:
            raise Killed
        if fault is Fault.PAUSE_BEFORE:
            self._process.pause()
        if request == "init" and self._world.rng.random() < 0.5:
            self._world.rush()
        if fault is Fault.LATE:
            self._world.delay(answer)
        if fault in (Fault.LATE, Fault.LOST):
            raise JournalError(f"no answer to {request}")

    def _after(self, fault: Fault | None, request: str) -> None:
        if fault is Fault.KILL_AFTER:
            raise Killed
        if fault is Fault.PAUSE_AFTER:
            self._process.pause()
        if fault is Fault.REPLY_LOST:
            raise JournalError(f"the answer to {request} was lost")

    def _cut(self, request: str, result: _T) -> _T:
        """A read may bring less than there is."""
        if request in ("read", "read state") and isinstance(result, list) and len(result) > 1:
            some: list[Record] = result[: self._world.rng.randint(1, len(result))]
            return some  # type: ignore[return-value]
        return result
