"""A journal on disk, a console over it, and a tiny writer in the learner's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from services.console.app import build_app
from services.console.follower import Follower, identities
from services.console.view import FILE, View
from services.edges import batches, states, topics
from services.edges.journal.base import Message, Record
from services.edges.journal.sqlite import SqliteJournal
from services.edges.messages import OutcomeMessage, request_record
from stream.records import Decision, Entry, Outcome, OutcomeKind, Reason, Request, Verdict

NOW = 1_700_000_000.0
DAY = 86_400.0
STATUS: dict[str, Any] = {
    "texts": 2_000,
    "asked": 98,
    "spent_fraction": 0.049,
    "budget": 0.05,
    "labels": 80,
    "open_requests": 18,
    "classes": ["card_arrival", "card_linking", "exchange_rate"],
    "model_version": 85,
    "accuracy": {"estimate": 0.875, "low": 0.53, "high": 0.98, "answers": 8},
    "prequential": {"estimate": 0.7, "low": 0.52, "high": 0.84, "answers": 40},
    "drift": {"utility": "stable", "audit_error": "warning"},
    "coverage": 0.5,
    "labelling": {"state": "worth_it", "reason": "the model is young"},
    "reviewers": {"ann": {"answers": 3, "agreement": 1.0}},
    "encoder": "hashing",
}


def decision(text_id: str, **changes: Any) -> Decision:
    """A decision about the text of this id."""
    default = Decision(
        text_id, f"cluster/topic/0/{text_id}", "refund", 0.75, 0.25, 0.5,
        Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.005, 3, NOW,
    )  # fmt: skip
    return default._replace(**changes)


def request(text_id: str, **changes: Any) -> Request:
    """A request about the text of this id."""
    fields: dict[str, Any] = {
        "request_id": sha256(text_id.encode()).hexdigest()[:32],
        "origin": f"cluster/topic/0/{text_id}",
        "text_id": text_id,
        "text": f"the text of {text_id}",
        "suggestions": (("card_arrival", 0.6), ("exchange_rate", 0.3)),
        "verdict": Verdict.ASK,
        "reason": Reason.UNCERTAIN,
        "utility": 0.7,
        "threshold": 0.5,
        "strategy": "margin",
        "query_probability": 0.9,
        "asked_at": NOW,
        "expires_at": NOW + DAY,
    }
    return Request(**(fields | changes))


class World:
    """The journal in ``directory`` and what the learner would write to it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.journal = SqliteJournal(directory)

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Publish decisions."""
        self.journal.append([Message(topics.DECISIONS, batches.encode_decisions(decisions))])

    def ask(self, *requests: Request) -> None:
        """Publish requests."""
        self.journal.append([request_record(each) for each in requests])

    def close_request(self, request_id: str) -> None:
        """Publish that a request is closed."""
        self.journal.append([Message(topics.LABEL_REQUESTS, None, key=request_id.encode())])

    def tell(self, outcome: Outcome) -> None:
        """Publish what became of a label."""
        self.journal.append([OutcomeMessage.of(outcome).record()])

    def report(self, status: Mapping[str, Any]) -> None:
        """Publish the learner's status."""
        self.journal.append([Message(topics.LEARNER_STATE, states.encode(Entry(status)), key=b"status")])

    def labels(self) -> list[Record]:
        """What was written to `labels`."""
        return self.journal.read({(topics.LABELS, 0): 0}, 1_000)

    def texts(self) -> list[Record]:
        """What was written to `texts`."""
        return self.journal.read(dict.fromkeys(self.journal.bounds(topics.TEXTS), 0), 100_000)

    def view(self, kept: int = 1_000) -> View:
        """A view in the journal's directory."""
        return View(self.directory / FILE, identities(self.journal), kept)


class Console:
    """The console over a world, stepped by hand; ``now`` is its clock."""

    def __init__(self, world: World, **options: Any) -> None:
        self.world = world
        self.now = NOW
        self.view = world.view()
        self.follower = Follower(world.journal, self.view)
        self.registry = CollectorRegistry()
        app = build_app(world.journal, self.view, self.follower, self.registry, clock=lambda: self.now, **options)
        self.http = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)

    def follow(self) -> None:
        """Take all that the journal holds into the view."""
        while self.follower.step(0.0):
            pass

    def close(self) -> None:
        """Release the files."""
        self.http.close()
        self.view.close()


def outcome(request_id: str, offset: int, **changes: Any) -> Outcome:
    """That the label at this offset was learned."""
    return Outcome(request_id, "ada", "card_arrival", OutcomeKind.LEARNED, 86, offset)._replace(**changes)


def spoil(file: Path) -> None:
    """Overwrite a view's pages behind the first ones, which say what tables there are."""
    with file.open("r+b") as view:
        view.seek(10 * 4_096)
        view.write(b"\xa5" * (file.stat().st_size - 10 * 4_096))
