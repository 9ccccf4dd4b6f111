"""Label requests -> labels, by Kafka: a program answers what is open. Needs `pip install confluent-kafka`."""

import json
import os
from datetime import UTC, datetime

from confluent_kafka import Consumer, Producer

brokers = {"bootstrap.servers": os.environ.get("SLUICE_KAFKA__BOOTSTRAP", "localhost:9092")}
prefix = os.environ.get("SLUICE_KAFKA__TOPIC_PREFIX", "sluice.")


def answer(request: dict) -> dict:
    """Your rule, model or form."""
    told = {"label": "card_arrival"} if "card" in request["text"] else {"skip": True}
    return {**told, "request_id": request["request_id"], "reviewer": "answer.py"}


# Nothing is committed: the compacted topic is the open queue, and each start reads all of it.
queue = {"group.id": f"{prefix}answer.py", "enable.auto.commit": False, "auto.offset.reset": "earliest"}
producer, consumer, waiting = Producer(brokers), Consumer({**brokers, **queue, "enable.partition.eof": True}), {}
consumer.subscribe([f"{prefix}label-requests"])
while True:
    message = consumer.poll()
    if not message.error():
        waiting[message.key()] = message.value()  # an empty value: answered, withdrawn or expired
        continue
    for request in map(json.loads, filter(None, waiting.values())):  # the end: no more can close one of these
        if datetime.fromisoformat(request["expires_at"]) > datetime.now(UTC):
            producer.produce(f"{prefix}labels", json.dumps(answer(request)), request["request_id"])
    producer.flush()
    waiting.clear()
