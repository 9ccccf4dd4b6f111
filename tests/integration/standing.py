"""`sluice ...` as a process of its own -> what it says, its health, its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from services.edges.settings import KafkaSettings
from tests.waiting import PATIENCE_SECONDS

SLUICE = Path(sys.executable).with_name("sluice")
END_SECONDS = 10.0


def environment(kafka: KafkaSettings) -> dict[str, str]:
    """The variables that lead a process to these topics."""
    ours = {"BOOTSTRAP": kafka.bootstrap, "TOPIC_PREFIX": kafka.topic_prefix}
    return {f"SLUICE_KAFKA__{name}": value for name, value in ours.items()} | {"SLUICE_ENCODER__MODEL": "hashing"}


class Standing:
    """A process that serves; ``url`` is where."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url

    def health(self, path: str) -> tuple[int, str]:
        """What /livez or /readyz answers: the status, and what is said where it is not 200."""
        answer = httpx.get(self.url + path)
        return answer.status_code, answer.json().get("detail", "")

    def metric(self, name: str) -> float:
        """The value of a metric without labels."""
        families = text_string_to_metric_families(httpx.get(f"{self.url}/metrics").text)
        return next(each.value for family in families for each in family.samples if each.name == f"sluice_{name}")

    def end(self, number: int) -> tuple[int, float]:
        """Send a signal; the exit code, and how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS), time.monotonic() - started


def start(*arguments: object, variables: Mapping[str, str], cwd: Path) -> subprocess.Popen[str]:
    """Start `sluice`; what it says comes by pipes."""
    command = [str(SLUICE), *map(str, arguments)]
    return subprocess.Popen(
        command, env={**os.environ, **variables}, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def serving(process: subprocess.Popen[str]) -> Iterator[Standing]:
    """The process, once it says that it serves; killed in the end if it still runs."""
    assert process.stderr is not None
    with process:
        try:
            events = (json.loads(line) for line in process.stderr)
            yield Standing(process, next(event["url"] for event in events if event["event"] == "serving"))
        finally:
            process.kill()
