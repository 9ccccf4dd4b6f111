"""A data directory -> the service on it with its client, what the doctor says of it, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from services.edges.datasets import Row
from tests.chaos.auditor import audit, file_records
from tests.chaos.service import Client, Service, until

BUDGET = "0.1"
SETTINGS = {"ENCODER__MODEL": "hashing", "BUDGET__FRACTION": BUDGET}
BLOCK = 100
_DOCTOR_SECONDS = 180.0


class Running:
    """A service on a data directory, with a client that knows the labels of these rows; both end with `close`."""

    def __init__(self, data: Path, rows: Sequence[Row]) -> None:
        self.service = Service(data, SETTINGS)
        self.client = Client(self.service.url, {row.id: row.label or "" for row in rows})
        self.service.start()

    def send(self, rows: Sequence[Row]) -> None:
        """Send texts until they are accepted, and answer what is asked by then."""
        if rows:
            self.client.post([{"id": row.id, "text": row.text} for row in rows])
        self.client.answer()

    def settle(self, texts: int) -> None:
        """Wait until so many texts are decided, answer all, and wait until it is learned."""
        until(lambda: self.client.status()["texts"] == texts, "every text is decided")
        while self.client.answer():
            pass
        until(lambda: self.client.status()["labels"] == len(self.client.answered), "every label is learned")

    def close(self) -> None:
        """End what still runs."""
        self.client.close()
        self.service.close()


def finish(running: Running, rows: Sequence[Row], sent: int) -> list[str]:
    """Send the rows behind the first ``sent``, wait, end it, audit: what was broken."""
    running.send(rows[sent : sent + BLOCK])
    running.settle(sent + BLOCK)
    code = running.service.terminate()
    with file_records(running.service.file) as records:
        found = audit(records, BUDGET, running.client.accepted, running.client.answered)
    found.expect(code == 0, f"SIGTERM ended with {code}")
    return found.broken


def doctor(data: Path, what: str) -> str:
    """What is wrong with ``what`` and how to mend it, as the doctor says; empty where all is well."""
    command = [str(Path(sys.executable).with_name("sluice")), "doctor", "--data", str(data), "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_DOCTOR_SECONDS, check=False, cwd=data.parent
    )
    findings = [each for each in json.loads(done.stdout) if each["what"] == what]
    return "; ".join(f"{each['detail']}: {each['mend']}" for each in findings if not each["ok"])
