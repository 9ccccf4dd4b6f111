"""A port to scrape -> a real Prometheus, and what it answers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.service import free_port, until

STEP_SECONDS = 1
_SCRAPE = """
global:
  scrape_interval: {step}s
  evaluation_interval: {step}s
scrape_configs:
  - job_name: sluice
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""


@dataclass(frozen=True)
class Series:
    """The values that one set of labels had, one a step."""

    labels: dict[str, str]
    values: list[float]


class Prometheus:
    """The program, scraping `port` every second into ``directory``."""

    def __init__(self, program: str, directory: Path, port: int) -> None:
        directory.mkdir()
        (directory / "prometheus.yml").write_text(_SCRAPE.format(step=STEP_SECONDS, port=port))
        address = f"127.0.0.1:{free_port()}"
        command = [
            program,
            f"--config.file={directory}/prometheus.yml",
            f"--storage.tsdb.path={directory}/data",
            f"--web.listen-address={address}",
        ]
        self._log = (directory / "prometheus.log").open("wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self._http = httpx.Client(base_url=f"http://{address}", timeout=30.0)
        self.began = 0.0

    def wait(self) -> None:
        """Wait for the first scrape that found somebody."""
        until(lambda: self._answers() and self.value("sum(up)") == 1.0, "Prometheus scrapes the service")
        self.began = self._time()

    def value(self, expression: str) -> float:
        """The present value of an expression that has one; NaN where it has none."""
        result = self._ask("query", query=expression)["result"]
        return float(result[0]["value"][1]) if result else float("nan")

    def course(self, expression: str) -> Sequence[Series]:
        """All values from the first scrape on."""
        found = self._ask("query_range", query=expression, start=self.began, end=self._time(), step=STEP_SECONDS)[
            "result"
        ]
        return [Series(each["metric"], [float(value) for _, value in each["values"]]) for each in found]

    def close(self) -> None:
        """End it."""
        self._http.close()
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _time(self) -> float:
        """When the last scrape was."""
        return self.value("max(timestamp(up))")

    def _answers(self) -> bool:
        assert self._process.poll() is None, "Prometheus has ended by itself; see its log"
        try:
            return self._http.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def _ask(self, call: str, **parameters: Any) -> dict[str, Any]:
        answer = self._http.post(f"/api/v1/{call}", data={name: str(value) for name, value in parameters.items()})
        assert answer.is_success, answer.text
        return dict(answer.json()["data"])
