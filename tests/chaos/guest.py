"""A producer of texts and a reviewer, by a Kafka client of another make."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from threading import Event, Thread
from typing import Any

from confluent_kafka import Consumer, Producer

from services.edges.datasets import Row
from services.edges.settings import KafkaSettings


class Guest:
    """Sends rows as texts, a label not among them, and answers each request once with the row's label.

    ``accepted`` are the ids of texts that the broker has, ``answered`` the requests whose labels it has; where not
    ``reviews``, others answer.
    """

    def __init__(self, kafka: KafkaSettings, rows: Sequence[Row], *, reviews: bool = True) -> None:
        self._kafka, self._rows = kafka, rows
        self._truth: Mapping[str, str] = {row.id: row.label or "" for row in rows}
        self._producer = Producer(
            {
                "bootstrap.servers": kafka.bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.timeout.ms": 900_000,
                "reconnect.backoff.max.ms": 1_000,
                "log_level": 0,
            }
        )
        self.accepted: list[str] = []
        self.answered: list[str] = []
        self._stop = Event()
        self._reviewing = Thread(target=self._review if reviews else self._stop.wait)
        self._reviewing.start()

    def send(self, start: int, end: int, rate: float) -> None:
        """Send these rows, so many a second."""
        for row in self._rows[start:end]:
            message = json.dumps({"id": row.id, "text": row.text}).encode()
            self._produce("texts", message, row.id, self.accepted)
            time.sleep(1.0 / rate)
        self._producer.flush()

    def close(self) -> None:
        """Stop answering."""
        self._stop.set()
        self._reviewing.join()
        self._producer.flush()

    def _review(self) -> None:
        reader = Consumer(
            {
                "bootstrap.servers": self._kafka.bootstrap,
                "group.id": f"{self._kafka.topic_prefix}reviewer",
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
            }
        )
        reader.subscribe([f"{self._kafka.topic_prefix}label-requests"])
        seen: set[str] = set()
        while not self._stop.is_set():
            record = reader.poll(0.1)
            self._producer.poll(0)
            if record is None or record.error() or record.value() is None:
                continue
            request: dict[str, Any] = json.loads(record.value())
            if request["request_id"] not in seen:
                seen.add(request["request_id"])
                label = {**self._answer(request), "reviewer": "ann"}
                self._produce("labels", json.dumps(label).encode(), request["request_id"], self.answered)
        reader.close()

    def _answer(self, request: Mapping[str, Any]) -> dict[str, str]:
        return {"request_id": request["request_id"], "label": self._truth[request["text_id"]]}

    def _produce(self, topic: str, value: bytes, key: str, done: list[str]) -> None:
        def delivered(error: object, _message: object) -> None:
            assert error is None, error
            done.append(key)

        self._producer.produce(f"{self._kafka.topic_prefix}{topic}", value, key, on_delivery=delivered)
        self._producer.poll(0)
