"""A journal's file -> what it proves, read with sqlite3 and pyarrow alone: nothing of sluice is trusted here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa


@dataclass
class Findings:
    """What was counted, and every promise that was found broken, in words."""

    texts: int = 0
    decisions: int = 0
    asked: int = 0
    learned: int = 0
    broken: list[str] = field(default_factory=list)

    def expect(self, kept: bool, promise: str) -> None:
        """Note a promise that was not kept."""
        if not kept:
            self.broken.append(promise)


def audit(file: Path, budget: str, ids: Iterable[str], answered: Iterable[str]) -> Findings:
    """Judge the file after all of ``ids`` were accepted as texts, and labels for the requests ``answered``."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return _audit(connection, Fraction(budget), list(ids), list(answered))
    finally:
        connection.close()


def _audit(connection: sqlite3.Connection, budget: Fraction, ids: list[str], answered: list[str]) -> Findings:
    found = Findings(texts=len(_values(connection, "texts")))
    rows = [
        row for value in _values(connection, "decisions") for row in pa.ipc.open_stream(value).read_all().to_pylist()
    ]
    found.decisions = len(rows)
    decided = Counter(row["id"] for row in rows)
    found.expect(set(decided) == set(ids), f"{len(set(ids) - set(decided))} texts have no decision")
    found.expect(max(decided.values(), default=1) == 1, "a text was decided twice")
    origins = Counter(row["origin"] for row in rows)
    found.expect(max(origins.values(), default=1) == 1, "an origin was decided twice")
    asked = [row["origin"] for row in rows if row["verdict"] in ("ASK", "AUDIT")]
    found.asked = len(asked)
    requests = _keys(connection, "label-requests")
    expected = {hashlib.sha256(origin.encode()).hexdigest()[:32] for origin in asked}
    found.expect(set(requests) == expected, f"requests and decisions differ by {len(set(requests) ^ expected)}")
    _audit_budget(rows, budget, found)
    _audit_labels(connection, answered, found)
    return found


def _audit_budget(rows: list[dict[str, Any]], budget: Fraction, found: Findings) -> None:
    asked = 0
    for seen, row in enumerate(rows, 1):
        asked += row["verdict"] in ("ASK", "AUDIT")
        if asked > budget * seen:
            found.broken.append(f"{asked} asked after {seen} texts")
            return


def _audit_labels(connection: sqlite3.Connection, answered: list[str], found: Findings) -> None:
    outcomes = [json.loads(value) for value in _values(connection, "label-outcomes")]
    learned = Counter(outcome["request_id"] for outcome in outcomes if outcome["outcome"] == "learned")
    found.learned = len(learned)
    found.expect(set(learned) == set(answered), f"{len(set(answered) ^ set(learned))} labels were not learned")
    found.expect(max(learned.values(), default=1) == 1, "a label was learned twice")
    labels = len(_values(connection, "labels"))
    found.expect(len(outcomes) == labels, f"{labels} label messages have {len(outcomes)} outcomes")


def _values(connection: sqlite3.Connection, topic: str) -> list[bytes]:
    query = "SELECT value FROM records WHERE topic = ? AND value IS NOT NULL ORDER BY partition, offset"
    return [row[0] for row in connection.execute(query, (topic,))]


def _keys(connection: sqlite3.Connection, topic: str) -> list[str]:
    return [row[0].decode() for row in connection.execute("SELECT key FROM records WHERE topic = ?", (topic,))]
