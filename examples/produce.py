"""Lines `ID TEXT` on standard input -> texts, by Kafka. Needs `pip install confluent-kafka`."""

import json
import os
import sys

from confluent_kafka import KafkaException, Producer

PREFIX = os.environ.get("SLUICE_KAFKA__TOPIC_PREFIX", "sluice.")


def check(error: object, _: object) -> None:
    """End the program where Kafka did not take a text."""
    if error:
        raise KafkaException(error)


producer = Producer({"bootstrap.servers": os.environ.get("SLUICE_KAFKA__BOOTSTRAP", "localhost:9092"), "acks": "all"})
for line in sys.stdin:
    name, _, text = line.strip().partition(" ")
    message = {"id": name, "text": text, "source": "produce.py"}  # the same id again changes nothing
    producer.produce(f"{PREFIX}texts", json.dumps(message), key=name, on_delivery=check)
    producer.flush() if len(producer) > 10_000 else producer.poll(0)
producer.flush()
