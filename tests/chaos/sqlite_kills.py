"""SIGKILLs at random points of `sluice up` under load -> an auditor's verdict on each data directory."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from services.edges.datasets import Row
from tests.chaos.auditor import Findings, audit, file_records
from tests.chaos.running import BLOCK, BUDGET, Running
from tests.chaos.world import laps

_LAPS = 20
_A_DIRECTORY = 100
"""Kills on one data directory."""
_WHILE_STARTING = 0.2
"""The share of kills that fall on a process that is still starting."""
_AT_ANY_MOMENT = 0.7
"""Above this, the kill waits for an open transaction."""


def run(directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """500 kills, or a share of them; the report."""
    kills, rng = math.ceil(500 * share), random.Random(seed)
    total, phases = Findings(), Counter[str]()
    for first in range(0, kills, _A_DIRECTORY):
        here = directory / str(first)
        here.mkdir()
        found = _kill(here, min(_A_DIRECTORY, kills - first), rng, phases)
        total = Findings(
            **{field.name: getattr(total, field.name) + getattr(found, field.name) for field in fields(found)}
        )
        say(f"{phases.total()} of {kills} kills, {len(total.broken)} promises broken")
    sums = asdict(total)
    broken = sums.pop("broken")
    settings = {"seed": seed, "kills_a_directory": _A_DIRECTORY, "encoder": "hashing", "budget": BUDGET}
    return {
        "settings": settings,
        "found": sums,
        "broken": broken,
        "kills": {"count": phases.total(), "by_phase": {"up": dict(phases)}},
    }


def _kill(directory: Path, kills: int, rng: random.Random, phases: Counter[str]) -> Findings:
    rows = laps(_LAPS)
    running, sent = Running(directory / "data", rows), 0
    service, client = running.service, running.client
    try:
        for _ in range(kills):
            how = rng.random()
            if how < _WHILE_STARTING:
                time.sleep(rng.uniform(0.0, 3.0))
                phases[service.kill_in_phase()] += 1
            else:
                sent = _work(running, rows, sent, rng.uniform(0.0, 1.5))
                inside = how > _AT_ANY_MOMENT
                phases[service.kill_in_transaction(seconds=2.0) if inside else service.kill_in_phase()] += 1
            service.start()
        running.settle(sent)
        code = service.terminate()
    finally:
        running.close()
    with file_records(service.file) as records:
        found = audit(records, BUDGET, client.accepted, client.answered)
    found.expect(code == 0, f"SIGTERM ended with {code}")
    return found


def _work(running: Running, rows: Sequence[Row], sent: int, seconds: float) -> int:
    running.client.status()
    deadline = time.monotonic() + seconds
    while True:
        running.send(rows[sent : sent + BLOCK])
        sent += BLOCK
        if time.monotonic() >= deadline:
            return sent
