"""A data directory -> a learner that commits to it until it is killed, telling each commit: for `test_sqlite_crash`."""

from __future__ import annotations

import sys
from pathlib import Path

from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.topics import DECISIONS, ITEMS, LABEL_REQUESTS, TEXTS

TEXTS_A_TIME = 5
REQUESTS_A_TIME = 3
ENTRIES = 20


def commit_for_ever(directory: Path) -> None:
    """Commit 1, 2, 3 ... going on from the last, each with the texts that came before it."""
    with SqliteJournal(directory) as journal, journal.writer("learner") as writer:
        number = int(writer.state.get("number", b"0"))
        while True:
            number += 1
            value = b"%d " % number * 2_000
            journal.append([Message(TEXTS, value)] * TEXTS_A_TIME)
            keys = [b"%d/%d" % (number, place) for place in range(REQUESTS_A_TIME)]
            outputs = [Message(DECISIONS, value), *(Message(LABEL_REQUESTS, value, key=key) for key in keys)]
            entries = {f"entry/{place}": value for place in range(ENTRIES)}
            writer.commit(outputs, {"number": b"%d" % number, **entries}, {(ITEMS, 0): number})
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    commit_for_ever(Path(sys.argv[1]))
