"""A topic's committed records -> when each was written, and when a reader of another make first saw it."""

from __future__ import annotations

import time
import uuid
from threading import Event, Thread

from confluent_kafka import Consumer, TopicPartition

from tests.chaos.service import until


class Tail:
    """Follows a topic of one partition in a thread, through broker restarts as well.

    It is in no group: one whose member was away for longer than its session waits 45 s for that member.
    """

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._seen: list[tuple[float, float]] = []
        self._stop = Event()
        self._reader = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": f"tail-{uuid.uuid4()}",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
            }
        )
        self._reader.assign([TopicPartition(topic, 0, 0)])
        self._thread = Thread(target=self._follow, name="tail")
        self._thread.start()

    def first_after(self, moment: float) -> float | None:
        """When the first record was seen that was written at or after this moment; None where none was yet."""
        return next((seen for written, seen in self._seen if written >= moment), None)

    def wait_for_one_after(self, moment: float, seconds: float) -> float:
        """Wait for such a record; how many seconds after ``moment`` it was seen."""
        until(lambda: self.first_after(moment) is not None, "decisions go on", seconds)
        seen = self.first_after(moment)
        assert seen is not None
        return seen - moment

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._stop.is_set():
            message = self._reader.poll(0.1)
            if message is not None and message.error() is None:
                self._seen.append((message.timestamp()[1] / 1_000, time.time()))
        self._reader.close()
