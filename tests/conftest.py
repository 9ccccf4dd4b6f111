"""What all tests share; above all a real Kafka, started once by each worker that needs one."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads cost more than they save on matrices this small

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from services.edges import kafka_topics
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from services.edges.topics import TOPICS

# How long an example takes says more about the machine's other work than about us.
settings.register_profile("sluice", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("sluice")

_PREFIXES = itertools.count()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A running Kafka without topics. A test that ends or pauses it has to start one of its own."""
    with LocalKafka(tmp_path_factory.mktemp("kafka")) as local:
        yield local


@pytest.fixture
def kafka(broker: LocalKafka) -> KafkaSettings:
    """Settings of a Kafka on which all topics are there and empty: under a prefix that no other test uses."""
    chosen = KafkaSettings(bootstrap=broker.bootstrap, topic_prefix=f"t{next(_PREFIXES)}.")
    kafka_topics.apply(chosen, TOPICS.values())
    return chosen
