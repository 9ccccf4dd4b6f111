"""Decisions in an embedded journal -> decisions in the console's view a second: whether the page keeps up."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, say
from services.console.follower import Follower, identities
from services.console.view import FILE, View
from services.edges import batches
from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.topics import DECISIONS
from services.intake.batching import READ_RECORDS
from stream.records import Decision, Reason, Verdict

REPETITIONS = 5
BATCHES = 200
TARGET = 20_000.0
_KEPT = 100_000


def decisions(batch: int) -> list[Decision]:
    """What the learner writes about a batch of texts."""
    return [
        Decision(
            f"text {number}", f"cluster/topic/0/{number}", "card_arrival", 0.75, 0.25, 0.5,
            Verdict.SKIP, Reason.BELOW_THRESHOLD, 0.005, 3, float(batch),
        )
        for number in range(batch * READ_RECORDS, (batch + 1) * READ_RECORDS)
    ]  # fmt: skip


def follow(directory: Path) -> float:
    """Decisions a second that a console takes which comes to a journal of them."""
    with SqliteJournal(directory) as journal:
        for batch in range(BATCHES):
            journal.append([Message(DECISIONS, batches.encode_decisions(decisions(batch)))])
        view = View(directory / FILE, identities(journal), _KEPT)
        follower = Follower(journal, view)
        started = time.perf_counter()
        while follower.step(0.0):
            pass
        seconds = time.perf_counter() - started
        view.close()
    return BATCHES * READ_RECORDS / seconds


def main() -> None:
    rates = []
    for _ in range(REPETITIONS):
        with tempfile.TemporaryDirectory() as directory:
            rates.append(follow(Path(directory)))
    settings = {"decisions": BATCHES * READ_RECORDS, "batch_texts": READ_RECORDS}
    say([Figure("console follows decisions", "decisions/s", rates, TARGET)], settings)


if __name__ == "__main__":
    main()
