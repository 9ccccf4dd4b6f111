"""A fleet under load and its judge: what the chaos tests on Kafka share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from services.edges import datasets
from services.edges.settings import KafkaSettings
from tests.chaos.auditor import Findings, audit, first_after, kafka_records
from tests.chaos.fleet import Fleet
from tests.chaos.guest import Guest
from tests.chaos.service import until

BUDGET = "0.1"
SETTINGS = {"ENCODER__MODEL": "hashing", "BUDGET__FRACTION": BUDGET}
SETTLED_SECONDS = 60.0
_TOPICS = ("texts", "decisions", "label-requests", "labels", "label-outcomes")


class World:
    """Processes on a Kafka, and a guest who sends texts to them and answers what they ask."""

    def __init__(self, kafka: KafkaSettings, roles: Sequence[str], directory: Path) -> None:
        self.kafka = kafka
        self.guest = Guest(kafka, datasets.load(datasets.BANKING77).rows)
        self.fleet = Fleet(kafka, roles, SETTINGS, directory)
        self._sent = 0
        self._sending = Thread()

    def send(self, texts: int, rate: float) -> None:
        """Begin to send the next texts, so many a second, once those before are sent."""
        self._wait_until_sent()
        start, self._sent = self._sent, self._sent + texts
        self._sending = Thread(target=self.guest.send, args=(start, self._sent, rate))
        self._sending.start()

    def judged(self) -> Findings:
        """What the auditor finds by now."""
        records = kafka_records(self.kafka.bootstrap, self.kafka.topic_prefix, _TOPICS)
        return audit(records, BUDGET, self.guest.accepted, self.guest.answered)

    def settle(self) -> list[int]:
        """Wait until every text is sent and decided, and every label has its outcome; then end all processes."""
        self._wait_until_sent()
        until(self._settled, "every text is decided, every label learned", SETTLED_SECONDS)
        return self.fleet.stop()

    def takeover(self, killed: float) -> float:
        """Seconds from the end of the active learner to the first decision of another one."""
        topic = f"{self.kafka.topic_prefix}decisions"
        until(lambda: first_after(self.kafka.bootstrap, topic, killed) is not None, "decisions go on", SETTLED_SECONDS)
        return (first_after(self.kafka.bootstrap, topic, killed) or 0.0) - killed

    def close(self) -> None:
        """End whatever still runs."""
        self.fleet.stop()
        self._wait_until_sent()
        self.guest.close()

    def _wait_until_sent(self) -> None:
        if self._sending.is_alive():
            self._sending.join()

    def _settled(self) -> bool:
        found = self.judged()
        return found.decisions >= len(self.guest.accepted) and found.asked == len(self.guest.answered) == found.learned


@contextmanager
def world(kafka: KafkaSettings, roles: Sequence[str], directory: Path) -> Iterator[World]:
    """A world that is closed in the end."""
    made = World(kafka, roles, directory)
    try:
        yield made
    finally:
        made.close()
