"""A broker's address and process -> what a commit and an append say once it takes connections and does not answer.

The process then ends as others do, while the broker still hangs.

A process of its own: what hangs cannot be closed.
"""

from __future__ import annotations

import os
import signal
import sys

from services.edges import kafka_topics
from services.edges.journal import kafka as kafka_journal
from services.edges.journal import kafka_writer
from services.edges.journal.base import JournalError, Message
from services.edges.journal.kafka import KafkaJournal
from services.edges.settings import KafkaSettings
from services.edges.topics import LABELS

_LIMIT_MS = 2_000


def main(bootstrap: str, broker: int) -> None:
    """Print what each of them raised."""
    settings = KafkaSettings(bootstrap=bootstrap)
    kafka_topics.apply(settings)
    label = Message(LABELS, b"{}", key=b"request", partition=0)
    appending, committing = KafkaJournal(settings), KafkaJournal(settings)
    appending.append([label])
    writer = committing.writer("learner")
    writer.commit([label], {}, {})
    kafka_journal._APPEND_TIMEOUT_MS = kafka_writer.TRANSACTION_MS = _LIMIT_MS
    os.kill(broker, signal.SIGSTOP)
    for write in (lambda: writer.commit([label], {}, {}), lambda: appending.append([label])):
        try:
            write()
        except JournalError as error:
            print(error, flush=True)  # noqa: T201
    appending.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
