"""The processes of a service on a Kafka, started again whenever they end, as a supervisor would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, RLock, Thread

from kafka import KafkaAdminClient
from kafka.errors import BrokerResponseError

from services.edges.settings import KafkaSettings

_WATCH_SECONDS = 0.05
_STOP_SECONDS = 15.0
_START_SECONDS = 30.0


class Fleet:
    """``roles`` names a command of sluice for each process, such as ``learner``; each has a log of its own.

    Processes are known by their place in ``roles``. Those that end by themselves are started again too: ``ended`` holds
    their places and exit codes.
    """

    def __init__(
        self, kafka: KafkaSettings, roles: Sequence[str], settings: Mapping[str, str], directory: Path
    ) -> None:
        self.kafka = kafka
        self.roles = list(roles)
        self.ended: list[tuple[int, int]] = []
        self._directory = directory
        self._environment = {
            **os.environ,
            "SLUICE_KAFKA__BOOTSTRAP": kafka.bootstrap,
            "SLUICE_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
            **{f"SLUICE_{name}": value for name, value in settings.items()},
        }
        self._admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        self._lock = RLock()
        self._begins: dict[int, int] = {}
        self._stopping = Event()
        self._processes = [self._start(place) for place in range(len(self.roles))]
        self._watching = Thread(target=self._watch)
        self._watching.start()

    def join(self, role: str) -> None:
        """Start one more process."""
        with self._lock:
            self.roles.append(role)
            self._processes.append(self._start(len(self.roles) - 1))

    def kill(self, place: int) -> None:
        """SIGKILL, paused or not; the watch starts a new one."""
        with self._lock:
            self._processes[place].kill()
            self._processes[place].wait()
            self._processes[place] = self._start(place)

    def pause(self, place: int) -> None:
        """SIGSTOP."""
        self._processes[place].send_signal(signal.SIGSTOP)

    def resume(self, place: int) -> None:
        """SIGCONT."""
        self._processes[place].send_signal(signal.SIGCONT)

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

    def in_transaction(self) -> bool:
        """Whether a learner's transaction is open on the broker now."""
        name = f"{self.kafka.topic_prefix}learner"
        try:
            return bool(self._admin.describe_transactions([name])[name].state == "Ongoing")
        except BrokerResponseError:
            return False  # nobody has begun one yet

    def kill_in_transaction(self, place: int, seconds: float = 20.0) -> bool:
        """SIGKILL that learner while its transaction is open; after ``seconds`` in any case, and then returns False."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.pause(place)
            if self.in_transaction():
                self.kill(place)
                return True
            self.resume(place)
            time.sleep(0.003)
        self.kill(place)
        return False

    def stop(self) -> list[int]:
        """SIGTERM to all; returns their exit codes. A second call does nothing."""
        if self._stopping.is_set():
            return []
        self._stopping.set()
        self._watching.join()
        for place in range(len(self._processes)):
            self._let_start(place)
        for process in self._processes:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        codes = []
        for process in self._processes:
            try:
                codes.append(process.wait(_STOP_SECONDS))
            except subprocess.TimeoutExpired:
                process.kill()
                codes.append(process.wait())
        self._admin.close()
        return codes

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            with self._lock:
                for place, process in enumerate(self._processes):
                    code = process.poll()
                    if code is not None:
                        self.ended.append((place, code))
                        self._processes[place] = self._start(place)

    def _log(self, place: int) -> Path:
        return self._directory / f"{self.roles[place]}-{place}.log"

    def _let_start(self, place: int) -> None:
        """Wait until a process heeds signals: one that has just begun would be ended by SIGTERM as any program is."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._processes[place].poll() is None:
            if b'"serving"' in self._log(place).read_bytes()[self._begins[place] :]:
                return
            time.sleep(0.1)

    def _start(self, place: int) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).with_name("sluice")), self.roles[place]]
        with self._log(place).open("ab") as log:
            self._begins[place] = log.tell()
            return subprocess.Popen(
                command, env=self._environment, cwd=self._directory, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
