"""Label requests -> labels, by Kafka: a program answers what is open. Needs `pip install confluent-kafka`."""

import json
import os
import signal
from datetime import UTC, datetime
from threading import Event

from confluent_kafka import Consumer, KafkaException, Producer

BROKERS = {"bootstrap.servers": os.environ.get("SLUICE_KAFKA__BOOTSTRAP", "localhost:9092")}
PREFIX = os.environ.get("SLUICE_KAFKA__TOPIC_PREFIX", "sluice.")
# Nothing is committed: the compacted topic is the open queue, and each start reads all of it.
QUEUE = {"group.id": f"{PREFIX}answer.py", "auto.offset.reset": "earliest", "enable.auto.commit": False}


def label_of(request: dict) -> str | None:
    """Your rule, model or form; None where it cannot tell."""
    return "card_arrival" if "card" in request["text"] else None


def check(error: object, _: object = None) -> None:
    """End the program where Kafka did not take an answer, or has none to read: a supervisor starts it again."""
    if error:
        raise KafkaException(error)


stop = Event()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: stop.set())
producer, consumer = Producer({**BROKERS, "acks": "all"}), Consumer({**BROKERS, **QUEUE})
consumer.subscribe([f"{PREFIX}label-requests"])
waiting = {}
try:
    while not stop.is_set():
        batch = consumer.consume(1_000, timeout=1)
        for message in batch:
            check(message.error())
            waiting[message.key()] = message.value()  # an empty value: answered, withdrawn or expired
        while len(batch) < 1_000 and waiting:  # the end of the topic: nothing follows that could close one of these
            key, value = waiting.popitem()
            request, now = json.loads(value or "null"), datetime.now(UTC)
            if request and datetime.fromisoformat(request["expires_at"]) > now:
                label = label_of(request)
                told = {"skip": True} if label is None else {"label": label}
                told |= {"request_id": request["request_id"], "reviewer": "answer.py", "answered_at": now.isoformat()}
                producer.produce(f"{PREFIX}labels", json.dumps(told), key, on_delivery=check)
        producer.flush()
finally:
    consumer.close()
