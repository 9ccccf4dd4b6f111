"""A data directory that is full, shared, torn or damaged -> does `sluice up` refuse in one line, or work on in full."""

from __future__ import annotations

import json
import math
import random
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from services.edges.datasets import Row
from tests.chaos.auditor import audit, file_records
from tests.chaos.full_disk import NotAllowed, fill
from tests.chaos.running import BLOCK, BUDGET, SETTINGS, Running, doctor, finish
from tests.chaos.service import Service
from tests.chaos.world import laps

TEXTS = 2_000
_PAGE = 16_384
_PATIENCE_SECONDS = 180.0
_LOOK_SECONDS = 0.3
REFUSED, ENDED, WORKED = "refused in one line", "ended in one line", "worked"
Damage = Callable[[Path, random.Random], None]


def run(directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Every case; the report says what became of each, and what the doctor said."""
    rng, broken = random.Random(seed), list[str]()
    cases: dict[str, dict[str, int]] = {}
    rows = laps(1)
    whole = _filled(directory / "whole", rows)
    for name, (times, damage, allowed) in _DAMAGES.items():
        outcomes: Counter[str] = Counter()
        for _ in range(math.ceil(times * share)):
            shutil.rmtree(directory / "damaged", ignore_errors=True)
            shutil.copytree(whole, directory / "damaged")
            damage(directory / "damaged", rng)
            problem = doctor(directory / "damaged", "journal")
            outcome, told = _attempt(directory / "damaged", rng)
            outcomes[f"{outcome}; doctor: {'a problem' if problem else 'well'}"] += 1
            if outcome not in allowed or (outcome == REFUSED and not problem):
                broken.append(f"{name}: {outcome}; up said {told!r}, the doctor {problem!r}")
            elif allowed == {WORKED}:
                broken += [f"{name}: {each}" for each in _contradictions(directory / "damaged" / "sluice.db")]
        cases[name] = dict(outcomes)
        say(f"{name}: {dict(outcomes)}")
    for name, judge in _SHARED.items():
        try:
            found = judge(directory / name.replace(" ", "-"), rows)
            cases[name] = {"as promised": int(not found)}
        except NotAllowed as error:
            found, cases[name] = [], {f"not run: {error}": 1}
        broken += [f"{name}: {each}" for each in found]
        say(f"{name}: {found or cases[name]}")
    return {"settings": {"seed": seed, "texts": TEXTS}, "cases": cases, "broken": broken}


def _filled(data: Path, rows: list[Row]) -> Path:
    """A data directory whose service was killed at work: with a write-ahead log beside the file."""
    with closing(Running(data, rows)) as running:
        for start in range(0, TEXTS, BLOCK):
            running.send(rows[start : start + BLOCK])
        running.settle(TEXTS)
        running.service.kill()
    return data


def _attempt(data: Path, rng: random.Random) -> tuple[str, str]:
    """Start the service and let it decide a text: what became of it, and its last line."""
    with closing(Service(data, SETTINGS)) as service:
        service.start()
        served, deadline = False, time.monotonic() + _PATIENCE_SECONDS
        while service.alive():
            if time.monotonic() > deadline:
                return "hung", service.last()
            if _decides(service, f"new-{rng.random()}"):
                return (WORKED, "") if service.terminate() == 0 else ("SIGTERM failed", service.last())
            served |= b'"serving"' in service.told()
            time.sleep(_LOOK_SECONDS)
        code, told = service.ended(), service.last()
        in_one_line = code == 1 and told.startswith("sluice: ") and b"Traceback" not in service.told()
        return ((ENDED if served else REFUSED) if in_one_line else f"exit code {code}"), told


def _decides(service: Service, text_id: str) -> bool:
    """Whether a text is accepted and decided, and what is open can be read."""
    text, patience = {"id": text_id, "text": "My card has not arrived"}, 10.0
    try:
        answer = httpx.post(f"{service.url}/v1/texts?wait=5", json=text, timeout=patience)
        asked = httpx.get(f"{service.url}/v1/requests", params={"reviewer": "ann", "limit": 100}, timeout=patience)
    except httpx.TransportError:
        return False
    return bool(answer.status_code == asked.status_code == 200 and answer.json()["decisions"][0] is not None)


def _contradictions(file: Path) -> list[str]:
    """What is broken among the texts and labels that are still there: an earlier state may be, a mixture may not."""
    with file_records(file) as records:
        ids = [json.loads(value)["id"] for _, value in records("texts") if value is not None]
        return audit(records, BUDGET, ids, {key for key, _ in records("labels")}).broken


def _cut(share: float) -> Damage:
    def cut(data: Path, _rng: random.Random) -> None:
        path = data / "sluice.db"
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        (data / "sluice.db-wal").unlink()

    return cut


def _overwrite(data: Path, rng: random.Random) -> None:
    """A page of the file, which the log beside it does not replace."""
    path = data / "sluice.db"
    _fold(path)
    page = rng.randrange(path.stat().st_size // _PAGE)
    with path.open("r+b") as file:
        file.seek(page * _PAGE)
        file.write(rng.randbytes(_PAGE))


def _fold(path: Path) -> None:
    """Take the log into the file, as a clean end does."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _tear(data: Path, rng: random.Random) -> None:
    """The log ends anywhere, as after a power cut."""
    log = data / "sluice.db-wal"
    log.write_bytes(log.read_bytes()[: rng.randrange(log.stat().st_size)])


def _spoil_log(data: Path, rng: random.Random) -> None:
    """A piece of the log is not what was written."""
    log = data / "sluice.db-wal"
    place = rng.randrange(log.stat().st_size)
    with log.open("r+b") as file:
        file.seek(place)
        file.write(rng.randbytes(4_096))


def _foreign(data: Path, _rng: random.Random) -> None:
    for path in data.glob("sluice.db*"):
        path.unlink()
    with closing(sqlite3.connect(data / "sluice.db")) as connection:
        connection.execute("CREATE TABLE notes (text)")


def _no_database(data: Path, _rng: random.Random) -> None:
    for path in data.glob("sluice.db*"):
        path.unlink()
    (data / "sluice.db").write_text("a shopping list: milk, bread\n" * 100)


def _newer(data: Path, _rng: random.Random) -> None:
    with closing(sqlite3.connect(data / "sluice.db")) as connection:
        connection.execute("PRAGMA user_version = 99")


_DAMAGES: dict[str, tuple[int, Damage, set[str]]] = {
    "nothing is damaged": (1, lambda _data, _rng: None, {WORKED}),
    "file cut to a half": (1, _cut(0.5), {REFUSED, ENDED}),
    "file cut inside a page": (1, _cut(0.333), {REFUSED, ENDED}),
    "another program's file": (1, _foreign, {REFUSED}),
    "not a database": (1, _no_database, {REFUSED}),
    "a newer format": (1, _newer, {REFUSED}),
    "any page overwritten": (40, _overwrite, {REFUSED, ENDED, WORKED}),
    "log torn anywhere": (20, _tear, {WORKED}),
    "log overwritten anywhere": (20, _spoil_log, {WORKED}),
}
"""What is done, how often, and what may become of it."""


def _second(data: Path, rows: list[Row]) -> list[str]:
    """A second service on the same file is refused in one line, and the first one does not notice."""
    with closing(Running(data, rows)) as first:
        first.send(rows[:BLOCK])
        with closing(Running(data, rows)) as second:
            code, told = second.service.ended(), second.service.last()
        found = finish(first, rows, BLOCK)
    if code != 1 or "already has a learner, process" not in told:
        found.append(f"the second ended with {code}: {told}")
    return found


def _stolen(data: Path, rows: list[Row]) -> list[str]:
    """Somebody removes the lock file: the next service is elected, and the one before ends at its next commit."""
    with closing(Running(data, rows)) as first:
        first.send(rows[:BLOCK])
        first.settle(BLOCK)
        (data / "learner.lock").unlink()
        with closing(Running(data, rows)) as second:
            second.client.accepted += first.client.accepted
            second.client.answered += first.client.answered
            second.send(rows[BLOCK : 2 * BLOCK])
            code, told = first.service.ended(), first.service.told().decode()  # both write to one log
            found = finish(second, rows, 2 * BLOCK)
    if code != 1 or "another writer" not in told:
        found.append(f"the first ended with {code}: {told[-500:]}")
    return found


_SHARED: dict[str, Callable[[Path, list[Row]], list[str]]] = {
    "a second service": _second,
    "a lock that was removed": _stolen,
    "a full disk": fill,
}
