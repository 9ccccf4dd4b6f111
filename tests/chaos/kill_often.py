"""N SIGKILLs at random points of `sluice up` under load -> an auditor's verdict; run by `make chaos`."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from services.edges import datasets
from tests.chaos.auditor import audit, file_records
from tests.chaos.service import Client, Service, until

BUDGET = "0.1"
BLOCK = 50
_LAPS = 20
"""How often the data set may be sent, under other ids."""
_WHILE_STARTING = 0.2
"""The share of kills that fall on a process that is still starting."""
_AT_ANY_MOMENT = 0.7
"""Above this, the kill waits for an open transaction."""


def main() -> int:
    """Kill, restart, and audit after every ``--every`` kills; exit code 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--every", type=int, default=60, help="kills on one data directory")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    broken: list[str] = []
    for first in range(0, arguments.kills, arguments.every):
        kills = min(arguments.every, arguments.kills - first)
        directory = Path(tempfile.mkdtemp(prefix="sluice-chaos-"))
        broken += _run(directory, kills, rng)
        shutil.rmtree(directory)
        print(f"{first + kills} kills, {len(broken)} promises broken", flush=True)  # noqa: T201
    return 1 if broken else 0


def _run(directory: Path, kills: int, rng: random.Random) -> list[str]:
    rows = [
        replace(row, id=f"{lap}-{row.id}") for lap in range(_LAPS) for row in datasets.load(datasets.BANKING77).rows
    ]
    service = Service(directory / "data", {"ENCODER__MODEL": "hashing", "BUDGET__FRACTION": BUDGET})
    client = Client(service.url, {row.id: row.label or "" for row in rows})
    service.start()
    sent = inside = 0
    try:
        for _ in range(kills):
            how = rng.random()
            if how < _WHILE_STARTING:
                time.sleep(rng.uniform(0.0, 3.0))
                service.kill()
            else:
                sent = _work(client, rows, sent, rng.uniform(0.0, 1.5))
                inside += service.kill_in_transaction(seconds=2.0 if how > _AT_ANY_MOMENT else 0.0)
            service.start()
        until(lambda: client.status()["texts"] == sent, "every text is decided")
        while client.answer():
            pass
        until(lambda: client.status()["labels"] == len(client.answered), "every label is learned")
        code = service.terminate()
    finally:
        client.close()
        service.close()
    with file_records(service.file) as records:
        found = audit(records, BUDGET, client.accepted, client.answered)
    found.expect(code == 0, f"SIGTERM ended with {code}")
    print(f"{found}; {inside} of {kills} kills inside an open transaction", flush=True)  # noqa: T201
    return found.broken


def _work(client: Client, rows: Sequence[datasets.Row], sent: int, seconds: float) -> int:
    client.status()
    deadline = time.monotonic() + seconds
    sent = _send(client, rows, sent)
    while time.monotonic() < deadline:
        sent = _send(client, rows, sent)
    return sent


def _send(client: Client, rows: Sequence[datasets.Row], sent: int) -> int:
    client.post([{"id": row.id, "text": row.text} for row in rows[sent : sent + BLOCK]])
    client.answer()
    return sent + BLOCK


if __name__ == "__main__":
    sys.exit(main())
