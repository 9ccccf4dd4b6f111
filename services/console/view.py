"""Decisions, requests, outcomes -> what can be looked up: an SQLite view that the journal can always rebuild."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from services.console import schema
from services.console.news import News, OutcomeRow, RequestRow
from services.edges.journal.base import Positions
from stream.records import Decision, Verdict

FILE = "console.db"
_DECISION = ", ".join(Decision._fields)
_REQUEST = ", ".join(RequestRow._fields)
_ANSWERS = f"""
    SELECT standing.message, requests.message FROM (
        SELECT request_id, labels_offset, coalesce(
            (SELECT max(labels_offset) FROM outcomes AS corrected
             WHERE corrected.request_id = outcomes.request_id AND json_extract(message, '$.outcome') = 'corrected'),
            labels_offset) AS last
        FROM outcomes WHERE {schema.ANSWERED_BY} = ? AND {schema.CLOSING}
    ) AS answered
    JOIN outcomes AS standing ON standing.labels_offset = answered.last
    JOIN requests ON requests.request_id = answered.request_id
    WHERE json_extract(standing.message, '$.outcome') != 'corrected'
        OR json_extract(standing.message, '$.label') IS NOT NULL
    ORDER BY answered.labels_offset DESC LIMIT ?"""


class Explanation(NamedTuple):
    """All that is known of one text; ``request`` and ``outcomes`` are messages as they were published."""

    decision: Decision
    request: dict[str, Any] | None
    request_open: bool
    outcomes: list[dict[str, Any]]


class View:
    """What the followed topics said, as far as it is kept: ``kept`` decisions, closed requests and outcomes each.

    ``identities`` name the followed topics: a view of others is emptied. Safe to use from several threads and
    processes: one connection writes, another reads, and each step of a follower is one transaction that checks that no
    other follower has taken it. Raises ViewError where the file is something else, or can be used no more.
    """

    def __init__(self, path: Path, identities: Mapping[str, str], kept: int = 1_000_000) -> None:
        self._path, self._kept = path, kept
        self._identities = identities
        self._writing, self._reading = Lock(), Lock()
        self._writer = schema.connect(path, identities)
        self._reader = schema.connect(path, identities)

    def close(self) -> None:
        """Release the file."""
        self._writer.close()
        self._reader.close()

    # Following.

    def positions(self) -> dict[tuple[str, int], int]:
        """Where to read on; a topic that was never read has none."""
        rows = self._rows("SELECT topic, partition, next FROM positions")
        return {(topic, partition): offset for topic, partition, offset in rows}

    def save(self, news: News, since: Positions, positions: Positions) -> bool:
        """Take what was read from ``since`` up to ``positions``; False where another follower has done so already."""
        with self._writing, schema.explained(self._path), _transaction(self._writer):
            stored = self._writer.execute("SELECT topic, partition, next FROM positions")
            if any(offset > since[topic, partition] for topic, partition, offset in stored):
                return False
            self._save(news)
            self._trim()
            rows = [(topic, partition, offset) for (topic, partition), offset in positions.items()]
            self._writer.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", rows)
        if news.forgotten or any(outcome is None for _, outcome in news.outcomes):
            # What is deleted in the file still stands in the write-ahead log.
            with self._writing, schema.explained(self._path):
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return True

    def clear(self) -> None:
        """Forget everything, positions included."""
        with self._writing, schema.explained(self._path), _transaction(self._writer):
            schema.create(self._writer, self._identities)

    def _save(self, news: News) -> None:
        run, run_all = self._writer.execute, self._writer.executemany
        run_all(f"INSERT INTO decisions ({_DECISION}) VALUES ({_marks(Decision)})", news.decisions)
        for request_id, request in news.requests:
            run("UPDATE requests SET open = 0 WHERE request_id = ?", (request_id,))
            if request is not None:
                run(f"INSERT OR REPLACE INTO requests ({_REQUEST}) VALUES ({_marks(RequestRow)})", request)
        for offset, outcome in news.outcomes:
            if outcome is not None:
                run(f"INSERT OR REPLACE INTO outcomes VALUES ({_marks(OutcomeRow)})", outcome)
            else:
                self._forget(offset)
        for request_id in news.forgotten:
            run("DELETE FROM requests WHERE request_id = ?", (request_id,))
            run("DELETE FROM outcomes WHERE request_id = ?", (request_id,))
        state = [(key, json.dumps(fields)) for key, fields in news.state.items()]
        run_all("INSERT OR REPLACE INTO state VALUES (?, ?)", state)

    def _forget(self, offset: int) -> None:
        """An outcome that is withdrawn was forgotten: so is the text of its request."""
        asked = "SELECT request_id FROM outcomes WHERE labels_offset = ?"
        self._writer.execute(f"DELETE FROM requests WHERE NOT open AND request_id IN ({asked})", (offset,))
        self._writer.execute("DELETE FROM outcomes WHERE labels_offset = ?", (offset,))

    def _trim(self) -> None:
        for table, order, rule in (
            ("decisions", "sequence", "true"),
            ("requests", "sequence", "NOT open"),
            ("outcomes", "labels_offset", "true"),
        ):
            oldest = f"(SELECT max({order}) FROM {table}) - ?"
            self._writer.execute(f"DELETE FROM {table} WHERE {order} <= {oldest} AND {rule}", (self._kept,))

    # Looking up.

    def decisions(self, ids: Iterable[str]) -> dict[str, Decision]:
        """The first decision kept about each of these texts, by id; those without one are left out."""
        query = f"SELECT {_DECISION} FROM decisions WHERE id = ? ORDER BY sequence LIMIT 1"
        return {row[0]: _decision(row) for text_id in ids for row in self._rows(query, text_id)}

    def decided_since(self) -> float | None:
        """The time of the oldest decision that is kept, in seconds since the epoch; None where none is."""
        rows = self._rows("SELECT decided_at FROM decisions ORDER BY sequence LIMIT 1")
        return rows[0][0] if rows else None

    def queue(self, verdict: Verdict, now: float, limit: int) -> list[str]:
        """Open requests that have not expired: ASK by utility, highest first, AUDIT by age, oldest first."""
        order = "utility DESC" if verdict is Verdict.ASK else "asked_at"
        query = f"""SELECT request_id FROM requests WHERE open AND verdict = ? AND expires_at > ?
                    ORDER BY {order}, sequence LIMIT ?"""
        return [request_id for (request_id,) in self._rows(query, verdict, now, limit)]

    def open_requests(self, request_ids: Iterable[str], now: float) -> dict[str, dict[str, Any]]:
        """Messages of those of these requests that are open and have not expired, in the order given."""
        query = "SELECT message FROM requests WHERE request_id = ? AND open AND expires_at > ?"
        return {asked: json.loads(row[0]) for asked in request_ids for row in self._rows(query, asked, now)}

    def count_open(self, now: float, at_most: int) -> int:
        """How many requests are open and have not expired, counted up to ``at_most``."""
        query = "SELECT count(*) FROM (SELECT 1 FROM requests WHERE open AND expires_at > ? LIMIT ?)"
        return int(self._rows(query, now, at_most)[0][0])

    def count_open_of(self, request_ids: Iterable[str], now: float) -> int:
        """How many of these requests are open and have not expired."""
        query = """SELECT count(*) FROM requests WHERE open AND expires_at > ?
                   AND request_id IN (SELECT value FROM json_each(?))"""
        return int(self._rows(query, now, json.dumps(list(request_ids)))[0][0])

    def outcomes(self, offsets: Iterable[int]) -> dict[int, dict[str, Any]]:
        """What became of the labels at these offsets of `labels`; those not known yet are left out."""
        query = "SELECT labels_offset, message FROM outcomes WHERE labels_offset = ?"
        return {row[0]: json.loads(row[1]) for offset in offsets for row in self._rows(query, offset)}

    def answers(self, reviewer: str, limit: int) -> list[dict[str, Any]]:
        """Answers of this reviewer that can be corrected, the last one first, each with its request.

        An answer is told by what became of it, a corrected one by that of its correction. One that was taken back is
        final, as is one whose request is kept no more.
        """
        found = self._rows(_ANSWERS, reviewer, limit)
        return [json.loads(outcome) | {"request": json.loads(request)} for outcome, request in found]

    def state(self, key: str) -> dict[str, Any] | None:
        """Fields of one followed entry of the learner's state; None before the learner wrote it."""
        rows = self._rows("SELECT fields FROM state WHERE key = ?", key)
        return json.loads(rows[0][0]) if rows else None

    def explain(self, name: str) -> Explanation | None:
        """All that is known of a text, by its id, its origin or its request's id; None where no decision is kept."""
        decision = self._decision_about(name)
        if decision is None:
            return None
        query = "SELECT request_id, open, message FROM requests WHERE text_id = ? ORDER BY sequence LIMIT 1"
        for request_id, is_open, message in self._rows(query, decision.id):
            told = "SELECT message FROM outcomes WHERE request_id = ? ORDER BY labels_offset"
            outcomes = [json.loads(row[0]) for row in self._rows(told, request_id)]
            return Explanation(decision, json.loads(message), bool(is_open), outcomes)
        return Explanation(decision, None, False, [])

    def _decision_about(self, name: str) -> Decision | None:
        asked = self._rows("SELECT text_id FROM requests WHERE request_id = ?", name)
        text_id = asked[0][0] if asked else name
        if named := self.decisions([text_id]).get(text_id):
            return named
        # No index: a person who asks can wait for the table to be read, every decision that is saved would pay for it.
        placed = self._rows(f"SELECT {_DECISION} FROM decisions WHERE origin = ? LIMIT 1", name)
        return _decision(placed[0]) if placed else None

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._reading, schema.explained(self._path):
            return self._reader.execute(query, values).fetchall()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _marks(row: type[NamedTuple]) -> str:
    return ", ".join("?" * len(row._fields))


def _decision(row: tuple[Any, ...]) -> Decision:
    # SQLite keeps NaN as NULL.
    read = dict(zip(Decision._fields, row, strict=True))
    numbers = {name: float("nan") for name, value in read.items() if value is None and name != "label"}
    return Decision(**read | numbers)
