"""The processes of a service on a Kafka, started again whenever they end, as a supervisor would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, RLock, Thread

from kafka import KafkaAdminClient
from kafka.errors import BrokerResponseError

from services.edges.settings import KafkaSettings
from tests.chaos import phases

_WATCH_SECONDS = 0.05
_STOP_SECONDS = 15.0
_START_SECONDS = 60.0
_WORDS = 160
_DIFFERS = re.compile(r"\d+")
_SAY_NOTHING = {"oracle"}
"""Roles that do not log when they begin to serve."""


class Fleet:
    """``roles`` names a command of sluice for each process, such as ``learner``; each has a log of its own.

    Processes are known by their place in ``roles``. Those that end by themselves are started again too, after
    ``again_seconds``: ``ended`` holds their places and exit codes, ``said`` their last words. ``arguments`` are those
    of a role's command. The broker is asked at ``asked_at`` what goes on, by default where the processes reach it.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        roles: Sequence[str],
        settings: Mapping[str, str],
        directory: Path,
        *,
        arguments: Mapping[str, Sequence[str]] | None = None,
        asked_at: str = "",
        again_seconds: float = 0.0,
    ) -> None:
        self.kafka = kafka
        self.roles = list(roles)
        self.ended: list[tuple[int, int]] = []
        self.said: Counter[str] = Counter()
        self._directory, self._arguments, self._again_seconds = directory, arguments or {}, again_seconds
        self._environment = {
            **os.environ,
            "SLUICE_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "SLUICE_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
            **{f"SLUICE_{name}": value for name, value in settings.items()},
        }
        self._admin = KafkaAdminClient(bootstrap_servers=asked_at or kafka.bootstrap)
        self._broker = phases.Broker(asked_at or kafka.bootstrap)
        self._lock = RLock()
        self._begins: dict[int, int] = {}
        self._resting: set[int] = set()
        self._due: dict[int, float] = {}
        self._stopping = Event()
        self._processes = [self._start(place) for place in range(len(self.roles))]
        self._watching = Thread(target=self._watch)
        self._watching.start()

    def join(self, role: str) -> None:
        """Start one more process."""
        with self._lock:
            self.roles.append(role)
            self._processes.append(self._start(len(self.roles) - 1))

    def places(self, role: str) -> list[int]:
        """Where the processes of a role are, those left out that were told to leave or are being ended."""
        with self._lock:
            return [place for place in self.staying if self.roles[place] == role]

    @property
    def staying(self) -> list[int]:
        """The places of all that were not told to leave."""
        return [place for place in range(len(self.roles)) if place not in self._resting]

    def pid(self, place: int) -> int:
        """The process that is at this place now."""
        return self._processes[place].pid

    def elected(self, place: int) -> bool:
        """Whether this process said that it is the active learner; it may have been replaced since."""
        return b'"elected"' in self._told(place)

    def kill(self, place: int) -> None:
        """SIGKILL, paused or not; the watch starts a new one."""
        with self._lock:
            self._processes[place].kill()
            self._processes[place].wait()
            self._processes[place] = self._start(place)

    def kill_in_phase(self, place: int) -> str:
        """SIGKILL a process; what it was doing."""
        at_work = phases.working(self.pid(place))
        self.pause(place)
        found = self._phase(place, at_work)
        self.kill(place)
        return found

    def pause(self, place: int) -> None:
        """SIGSTOP."""
        self._processes[place].send_signal(signal.SIGSTOP)

    def resume(self, place: int) -> None:
        """SIGCONT."""
        self._processes[place].send_signal(signal.SIGCONT)

    def terminate(self, place: int, *, again: bool = True) -> int:
        """SIGTERM, and SIGKILL where the end takes too long; returns the exit code. ``again``: a new one is started."""
        with self._lock:
            self._resting.add(place)
        self._let_start(place)
        self._tell_to_end(place)
        code = self._await_end(place)
        if again:
            with self._lock:
                self._processes[place] = self._start(place)
                self._resting.discard(place)
        return code

    def active_learner(self, seconds: float = 60.0) -> int:
        """The place of the learner that is elected; waits for an election that goes on."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (place := self._elected()) is not None:
                return place
            time.sleep(0.05)
        raise AssertionError(f"no learner was elected within {seconds:.0f} s; the logs are in {self._directory}")

    def _elected(self) -> int | None:
        group = f"{self.kafka.topic_prefix}learner"
        try:
            members = self._admin.describe_groups([group])[group]["members"]
        except BrokerResponseError:
            return None  # a new broker knows of no groups yet
        holding = [each for each in members if (each["member_assignment"] or {}).get("assigned_partitions")]
        pids = {int(member["client_id"].rpartition("-")[2]) for member in holding}
        with self._lock:
            alive = [place for place, process in enumerate(self._processes) if process.poll() is None]
            return next((place for place in alive if self._processes[place].pid in pids), None)

    def transaction(self) -> str:
        """What the broker says of the learner's transaction: see `phases.Broker`."""
        return self._broker.transaction(f"{self.kafka.topic_prefix}learner")

    def kill_in_transaction(self, place: int, seconds: float = 3.0) -> str:
        """SIGKILL that learner while its transaction is open; after ``seconds`` in any case. What it was doing."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.pause(place)
            if found := self.transaction():
                self.kill(place)
                return found
            self.resume(place)
            time.sleep(0.003)
        return self.kill_in_phase(place)

    def let_start(self, *places: int) -> None:
        """Wait until these processes, or all, serve or stand by: they heed signals from then on.

        One that has just begun would be ended by SIGTERM as any program is.
        """
        for place in places or self.staying:
            self._let_start(place)

    def stop(self) -> list[int]:
        """SIGTERM to all that stay; returns their exit codes. A second call does nothing."""
        if self._stopping.is_set():
            return []
        self._stopping.set()
        self._watching.join()
        for place in self.staying:
            self._let_start(place)
        for place in self.staying:
            self._tell_to_end(place)
        codes = [self._await_end(place) for place in self.staying]
        self._admin.close()
        self._broker.close()
        return codes

    def _tell_to_end(self, place: int) -> None:
        self._processes[place].send_signal(signal.SIGTERM)
        self._processes[place].send_signal(signal.SIGCONT)

    def _await_end(self, place: int) -> int:
        try:
            return self._processes[place].wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._processes[place].kill()
            return self._processes[place].wait()

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            with self._lock:
                for place in self.staying:
                    self._care(place)

    def _care(self, place: int) -> None:
        code, now = self._processes[place].poll(), time.monotonic()
        if code is None:
            return
        if place not in self._due:
            self.ended.append((place, code))
            self.said[f"{self.roles[place]}: {self._last_words(place)}"] += 1
            self._due[place] = now + self._again_seconds
        if now >= self._due[place]:
            self._processes[place] = self._start(place)

    def _phase(self, place: int, at_work: bool) -> str:
        role, told = self.roles[place], self._told(place)
        transaction = self.transaction() if role == "learner" and b'"elected"' in told else ""
        return phases.phase(role, told, at_work, transaction)

    def _log(self, place: int) -> Path:
        return self._directory / f"{self.roles[place]}-{place}.log"

    def _told(self, place: int) -> bytes:
        """What the process logged since it was started."""
        with self._log(place).open("rb") as log:
            log.seek(self._begins[place])
            return log.read()

    def _last_words(self, place: int) -> str:
        """The last line of its log, without what differs from time to time."""
        lines = self._told(place).decode(errors="replace").splitlines() or [""]
        return _DIFFERS.sub("N", lines[-1].replace(self.kafka.bootstrap, "KAFKA"))[:_WORDS]

    def _let_start(self, place: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.roles[place] not in _SAY_NOTHING and time.monotonic() < deadline:
            if self._processes[place].poll() is not None or b'"serving"' in self._told(place):
                return
            time.sleep(0.1)

    def _start(self, place: int) -> subprocess.Popen[bytes]:
        role = self.roles[place]
        command = [str(Path(sys.executable).with_name("sluice")), role, *self._arguments.get(role, ())]
        self._due.pop(place, None)
        with self._log(place).open("ab") as log:
            self._begins[place] = log.tell()
            return subprocess.Popen(
                command, env=self._environment, cwd=self._directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
