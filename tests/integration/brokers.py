"""A directory -> a Kafka of two brokers, whose partitions can be led by either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kafka import KafkaAdminClient, TopicPartition

from services.edges import kafka_topics
from services.edges.local_kafka import HOST, LocalKafka
from services.edges.settings import KafkaSettings
from tests.chaos.service import free_port
from tests.waiting import wait_for

_META = Path("logs") / "meta.properties"
_PREFERRED = 0


@contextmanager
def two_brokers(directory: Path) -> Iterator[KafkaSettings]:
    """Settings of two brokers, each of which has a copy of all topics; the first is the controller as well."""
    controller, *ports = (free_port() for _ in range(3))
    quorum = {"controller.quorum.voters": f"1@{HOST}:{controller}"}
    clients = [f"CLIENTS://{HOST}:{port}" for port in ports]
    both = {"listeners": f"{clients[0]},CONTROLLER://{HOST}:{controller}", "advertised.listeners": clients[0]}
    second = {"node.id": 2, "process.roles": "broker", "listeners": clients[1], "advertised.listeners": clients[1]}
    with LocalKafka(directory / "1", ports[0], {**quorum, **both}) as first:
        meta = (directory / "1" / _META).read_text()
        (directory / "2" / _META.parent).mkdir(parents=True)
        (directory / "2" / _META).write_text(re.sub(r"directory\.id=.*", "", meta.replace("node.id=1", "node.id=2")))
        with LocalKafka(directory / "2", ports[1], {**quorum, **second}) as other:
            chosen = KafkaSettings(bootstrap=f"{first.bootstrap},{other.bootstrap}", replication_factor=2)
            kafka_topics.apply(chosen)
            yield chosen


def lead(admin: KafkaAdminClient, topic: str, broker: int) -> None:
    """Let this broker lead the single partition of a topic, as after a rolling restart: the other one stays up."""
    place = TopicPartition(topic, 0)
    admin.alter_partition_reassignments({place: [broker, 3 - broker]})
    wait_for(lambda: _partition(admin, topic)["replica_nodes"] == [broker, 3 - broker])
    admin.elect_leaders(_PREFERRED, {topic: [0]}, raise_errors=False)
    wait_for(lambda: _partition(admin, topic)["leader_id"] == broker)


def _partition(admin: KafkaAdminClient, topic: str) -> dict[str, object]:
    (described,) = admin.describe_topics([topic])
    return dict(described["partitions"][0])
