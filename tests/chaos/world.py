"""A fleet under load and its judge: what all chaos on Kafka shares."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

from services.edges import datasets
from services.edges.settings import KafkaSettings
from tests.chaos.auditor import Findings, audit, kafka_records
from tests.chaos.fleet import Fleet
from tests.chaos.guest import Guest
from tests.chaos.running import BUDGET, SETTINGS
from tests.chaos.service import until
from tests.chaos.tail import Tail

SETTLED_SECONDS = 60.0
_JUDGE_SECONDS = 0.5
_TOPICS = ("texts", "decisions", "label-requests", "labels", "label-outcomes", "dead-letters")
_ARGUMENTS = {"oracle": ("--truth", str(datasets.BANKING77))}


def laps(count: int) -> list[datasets.Row]:
    """The packaged data set's rows, so many times over, each time under other ids."""
    rows = datasets.load(datasets.BANKING77).rows
    return [replace(row, id=f"{lap}-{row.id}") for lap in range(count) for row in rows]


class World:
    """Processes on a Kafka, and a guest who sends texts to them and, where there is no oracle, answers what they ask.

    Judges reach the broker at ``direct``, by default where the processes do.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        roles: Sequence[str],
        directory: Path,
        *,
        rows: Sequence[datasets.Row] = (),
        direct: str = "",
        again_seconds: float = 0.0,
    ) -> None:
        self.kafka, self._direct = kafka, direct or kafka.bootstrap
        self._oracle = "oracle" in roles
        self.guest = Guest(kafka, rows or laps(1), reviews=not self._oracle)
        self.tail = Tail(self._direct, f"{kafka.topic_prefix}decisions")
        self.fleet = Fleet(
            kafka,
            roles,
            {**SETTINGS, "HTTP__PORT": "0"},
            directory,
            arguments=_ARGUMENTS,
            asked_at=self._direct,
            again_seconds=again_seconds,
        )
        self._sent = 0
        self._sending = Thread()

    def send(self, texts: int, rate: float) -> None:
        """Begin to send the next texts, so many a second, once those before are sent."""
        self.wait_until_sent()
        start, self._sent = self._sent, self._sent + texts
        self._sending = Thread(target=self.guest.send, args=(start, self._sent, rate))
        self._sending.start()

    def judged(self) -> Findings:
        """What the auditor finds by now."""
        records = kafka_records(self._direct, self.kafka.topic_prefix, _TOPICS)
        answered = {key for key, _ in records("labels")} if self._oracle else self.guest.answered
        found = audit(records, BUDGET, self.guest.accepted, answered)
        found.expect(records("dead-letters") == [], f"{len(records('dead-letters'))} dead letters")
        return found

    def settle(self, seconds: float = SETTLED_SECONDS) -> list[int]:
        """Wait until every text is sent and decided, and every label has its outcome; then end all processes."""
        self.wait_until_sent()
        until(self._settled, "every text is decided, every label learned", seconds)
        return self.fleet.stop()

    def takeover(self, killed: float) -> float:
        """Seconds from the end of the active learner until the first decision of another one can be read."""
        return self.tail.wait_for_one_after(killed, SETTLED_SECONDS)

    def close(self) -> None:
        """End whatever still runs."""
        self.fleet.stop()
        self.wait_until_sent()
        self.guest.close()
        self.tail.close()

    def wait_until_sent(self) -> None:
        """Wait until what was to be sent is with the broker."""
        if self._sending.is_alive():
            self._sending.join()

    def _settled(self) -> bool:
        found = self.judged()
        decided = found.decisions >= len(self.guest.accepted) and found.labels == found.outcomes
        settled = decided and found.asked == found.learned
        if not settled:
            time.sleep(_JUDGE_SECONDS)
        return settled


@contextmanager
def world(kafka: KafkaSettings, roles: Sequence[str], directory: Path) -> Iterator[World]:
    """A world that is closed in the end."""
    made = World(kafka, roles, directory)
    try:
        yield made
    finally:
        made.close()
